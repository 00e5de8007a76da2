import { type JobName, jobs, type Payload } from '@usher/core/jobs';

interface Schema<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false };
}

const schemas: { [N in JobName]: Schema<Payload<N>> } = jobs;

/** Tells whether the catalogue knows a job of this name. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

/** The payload as the catalogue wants it, or null when it is refused. */
export function readPayload<N extends JobName>(name: N, payload: unknown): Payload<N> | null {
  const read = schemas[name].safeParse(payload);
  return read.success ? read.data : null;
}
