import { z } from 'zod';

/** What a source keeps encrypted. */
export const SourceSecrets = z.strictObject({
  /** By which its webhooks are known to be genuine; the newest first, and any of them counts while one is being replaced. */
  webhook: z.array(z.string().min(1)).max(5).default([]),
  /** By which we call the helpdesk's API, by the names that the connector gives them. */
  credentials: z.record(z.string(), z.string().min(1)).default({}),
});
export type SourceSecrets = z.infer<typeof SourceSecrets>;
