import { z } from 'zod';

/** How urgent a ticket is, least urgent first. */
export const Priority = z.enum(['low', 'medium', 'high', 'urgent']);
export type Priority = z.infer<typeof Priority>;
