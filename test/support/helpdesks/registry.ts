import type { HelpdeskModel } from './model.ts';
import { zendesk } from './zendesk.ts';

/** How each vendor's API behaves, by the name of its connector. */
export const helpdeskModels: Readonly<Record<string, HelpdeskModel>> = { zendesk };
