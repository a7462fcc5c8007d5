import type { Pipeline } from '../engine/pipeline.js';
import type { PolicyName } from '../policies/policy-options.js';
import { ResilienceConfigurationError, type Fault } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';
import type { MethodLinker } from './method-linker.js';

/** The pipelines of calls that are made by the name of an operation. Each is made when it is first asked for. */
export class OperationPipelines {
  /** For the operations of which the settings know nothing by name: mostly there is no other. */
  private common: Pipeline | undefined = undefined;
  /**
   * For those that they know, for the calls that ask for certain policies only, and for single requests by the
   * operation that sends them.
   */
  private others: Map<string, Pipeline> | undefined = undefined;

  /** `faults` are those of the provider: with any, there is no pipeline. */
  constructor(
    private readonly linker: MethodLinker,
    private readonly faults: readonly Fault[],
  ) {}

  /** Throws a `ResilienceConfigurationError` where the settings do not fit the operation. */
  pipelineOf(operation: string, policies: readonly PolicyName[] | undefined): Pipeline {
    // Nothing is looked up by name where no method has settings of its own.
    const method = this.linker.overridesAny && this.linker.knows(operation) ? operation : undefined;
    const standing = this.standing(method, policies);
    if (standing !== undefined) return standing;
    if (this.faults.length > 0) throw new ResilienceConfigurationError(this.faults);
    const faults: Fault[] = [];
    const asked = new Map((policies ?? []).map((kind): [string, Layer] => [kind, {}]));
    const every = policies === undefined;
    const pipeline = this.linker.pipelineFor(
      { operation: method ?? 'execute', method, policies: asked, every, own: 'overridden' },
      faults,
    );
    if (faults.length > 0) throw new ResilienceConfigurationError(faults);
    if (policies === undefined && method === undefined) return (this.common = pipeline);
    return this.keep(idOf(method, policies), pipeline);
  }

  /** The pipeline of single requests of an operation; `undefined` where there is no rate limit. */
  requestPipelineOf(operation: string): Pipeline | undefined {
    if (this.linker.shared('rateLimit') === undefined) return undefined;
    const method = this.linker.knows(operation) ? operation : undefined;
    const id = `requests|${method ?? ''}`;
    const standing = this.others?.get(id);
    if (standing !== undefined) return standing;
    const policies = new Map<string, Layer>([['rateLimit', {}]]);
    const plan = { operation: method ?? 'execute', method, policies, own: 'overridden', ofRequests: true } as const;
    return this.keep(id, this.linker.pipelineFor(plan, []));
  }

  private standing(method: string | undefined, policies: readonly PolicyName[] | undefined): Pipeline | undefined {
    if (policies === undefined && method === undefined) return this.common;
    return this.others?.get(idOf(method, policies));
  }

  private keep(id: string, pipeline: Pipeline): Pipeline {
    (this.others ??= new Map()).set(id, pipeline);
    return pipeline;
  }
}

function idOf(method: string | undefined, policies: readonly PolicyName[] | undefined): string {
  return `${policies === undefined ? 'all' : `only ${policies.join()}`}|${method ?? ''}`;
}
