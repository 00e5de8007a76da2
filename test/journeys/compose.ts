import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const Condition = z.enum(['service_started', 'service_healthy', 'service_completed_successfully']);

const Service = z.object({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  stop_grace_period: z.string().optional(),
  init: z.boolean().optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: Condition })).default({}),
  healthcheck: z
    .object({ test: z.array(z.string()), interval: z.string(), timeout: z.string(), retries: z.number() })
    .optional(),
});

/** `docker-compose.yml` as far as Usher uses the format (https://docs.docker.com/reference/compose-file/). */
export const Compose = z.object({
  services: z.record(z.string(), z.strictObject(Service.shape)),
  volumes: z.record(z.string(), z.null()),
});
export type Compose = z.infer<typeof Compose>;

/** Reads the project's compose file with these variables filled in; a required one that is missing throws. */
export async function readCompose(variables: Readonly<Record<string, string>>): Promise<Compose> {
  const text = await readFile(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const written = JSON.stringify(parse(text, { merge: true }));
  const filled: unknown = JSON.parse(written, (_, part: unknown) =>
    typeof part === 'string' ? fillIn(part, variables) : part,
  );
  return Compose.parse(filled);
}

/** `${NAME:-default}` and `${NAME:?complaint}`, as Compose fills them in. */
function fillIn(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = variables[name] ?? '';
    if (value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${rest}`);
    return rest;
  });
}
