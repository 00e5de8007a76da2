import { chatwoot } from './chatwoot.ts';
import { freshdesk } from './freshdesk.ts';
import { front } from './front.ts';
import { gorgias } from './gorgias.ts';
import { helpscout } from './helpscout.ts';
import { hubspot } from './hubspot.ts';
import { intercom } from './intercom.ts';
import { jira } from './jira.ts';
import type { HelpdeskModel } from './model.ts';
import { zammad } from './zammad.ts';
import { zendesk } from './zendesk.ts';

/** How each vendor's API behaves, by the name of its connector. */
export const helpdeskModels: Readonly<Record<string, HelpdeskModel>> = {
  chatwoot,
  freshdesk,
  front,
  gorgias,
  helpscout,
  hubspot,
  intercom,
  jira,
  zammad,
  zendesk,
};
