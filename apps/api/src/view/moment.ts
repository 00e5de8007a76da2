import { z } from '@hono/zod-openapi';

/** A moment as the API shows it. */
export const ShownMoment = z.iso.datetime();

/** A moment as text, in UTC. */
export function shown(moment: Date): string {
  return moment.toISOString();
}

/** A moment as text, or null where there is none. */
export function shownOrNull(moment: Date | null): string | null {
  return moment?.toISOString() ?? null;
}
