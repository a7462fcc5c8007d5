export const HELP = `Sends a signed webhook to an endpoint, as its sender would.

Usage: breakwater-webhook send <sender> <url> --secret <secret> [options]
       breakwater-webhook senders

Options
  --secret <secret>      what the sender signs with; several for several signatures. A private key may be a PEM file
  --secret-env <name>    the same, out of an environment variable
  --body <file>          the body; - reads it from standard input. Default: a small JSON object with an id of its own
  --data <text>          the body as text
  --header <name: value> a header to send besides, such as the one that names the event; may be repeated
  --id <id>              the delivery's id, for senders that sign it
  --times <n>            sends the same delivery n times, each signed at its own time, as retries are. Default: 1
  --tamper               changes the request after it was signed: the endpoint must refuse it
  --late <duration>      signs with a time in the past, such as 10m
  --public-url <url>     the URL that is signed, where that is not the one the request goes to
  --method <method>      Default: POST
  --timeout <duration>   how long to wait for each answer. Default: 30s
  --help                 prints this

Exit code: 0 if every answer is a success (with --tamper: if every answer is a refusal), 1 if not, 2 if the command cannot
be carried out.

Example
  npx breakwater-webhook send stripe http://localhost:3000/webhooks/payments --secret whsec_test --body event.json --times 2
`;
