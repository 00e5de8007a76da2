import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api/client.ts';

/** What happens now, as the API answers it. */
export type Now = InferResponseType<typeof v1.now.$get, 200>;

/** A number that was counted up to a limit. */
export type CountUpTo = Now['backlog']['triaged'];
