import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api/client.ts';

/** A ticket with its text and its history, as the API answers it. */
export type Ticket = InferResponseType<(typeof v1.tickets)[':id']['$get'], 200>;
