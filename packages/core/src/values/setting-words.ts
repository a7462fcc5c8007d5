/**
 * Words that names and values of settings, and names of usual methods, are made of, here and in other libraries of the
 * field. In lower case.
 */
export const SETTING_WORDS: ReadonlySet<string> = new Set(
  `
  a abort account accounts add after age agent all allow allowed always and answer any api app at attempt attempts
  auth authentication authorize auto average back backend background backoff base basic be bearer before behavior
  between block body breaker browser bucket budget buffer bulk bulkhead bulkheads burst busy by bytes cache cached
  call callback calls cancel cap capacity capture chaos charge check circuit class classify clear client clock close
  closed code codes concurrency concurrent condition config connect connection connections consecutive constant
  content cost count counter create credential credentials custom customer customers data day days decorrelated
  default defaults delay delays delete depth development disable disabled domain down download drop duration each
  early eight email enable enabled enforce entries entry env environment equal error errors evaluation event events
  ever every exclude expire expires expiry exponential exporter factor fail failed fails failure failures fallback
  false fast fault fetch fibonacci field file filter find first five fixed follow for foreground forever four full
  function gate get given global grace gradient graphql group growth grpc half handler hard header headers health
  hedge hedges hedging high host hosts hour hours http https hub hundred id idempotency idempotent identity idle if
  ignore in inbox include infinite infinity initial inner interval intervals invalid invoice invoices is isolated it
  item items jitter join json keep key keys kind label last latency lazy lease length level like limit limiter limits
  linear list load local lock log logger long low mail make manual many map margin max maximum mean memory message
  messages meter method methods metric metrics middle millis milliseconds min minimum minute minutes mode monitor ms
  multiplier my name names nan nested network never new next night nine no non none not notify now null number oauth
  observe of off on once one only open opened options or order orders origin other outcome outcomes over own parallel
  parameter parameters params parent part path pause paused payment payments pending per percent percentage period
  permanent permits permitted ping policies policy pool port prefix preset previous price prices priority private
  probe process product production products profile progress properties property protocol provider providers proxy
  public pull push quantile query queue queues quota quotas random randomize range rate rates ratio read reason
  recover recovery refill refresh refund refuse reject rejection release remaining remove repeat replace request
  requests required reset resilience resolve response responses rest restart result results resume retries retry
  retryable return returns revalidate rolling root route rule rules safe same sampling save scope search second
  seconds secs send sender server service set settings seven shared should shutdown signal single six size sleep slide
  sliding slots slow snapshot socket sockets soft some soon source sources stable stale standard start starts state
  status step stop storage store stores strategy stream strict string success suffix sum sync table tags target
  telemetry ten test than the then thousand three threshold thresholds throttle throttled throttling throw time
  timeout timeouts timer times to token tokens tolerance total trace tracer track transient true try ttl two type
  types uncapped undefined unit units unknown unlimited until up update upload url use user users validate value
  values variable verify version volume wait waiting warn warning watch webhook webhooks week weeks weight when while
  window windows with within work worker workers write x yes zero
  `
    .trim()
    .split(/\s+/),
);
