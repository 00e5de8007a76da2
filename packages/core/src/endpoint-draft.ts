import { z } from 'zod';
import { OutboundEvent } from './outbound-event.ts';
import { SourceName } from './source-name.ts';

const Events = z
  .array(OutboundEvent)
  .min(1, 'must name at least one event')
  .transform((events) => [...new Set(events)]);

const fields = {
  url: z.string().max(2_000).describe('Where events are posted: https to a public host.'),
  description: z.string().max(500).nullable().describe('Whose endpoint it is, for people.'),
  events: Events.describe('What is told; everything by default.'),
  source: SourceName.nullable().describe('Only tickets of this source; null for those of every source.'),
};

/** An endpoint that somebody wants to be told at. Its address is checked where it is known which are allowed. */
export const EndpointDraft = z.strictObject({
  url: fields.url,
  description: fields.description.default(null),
  events: fields.events.default([...OutboundEvent.options]),
  source: fields.source.default(null),
});
export type EndpointDraft = z.infer<typeof EndpointDraft>;

/** What of an endpoint shall be otherwise; what is left out stays. */
export const EndpointPatch = z
  .strictObject({ ...fields, disabled: z.boolean().describe('Whether it is told nothing for now.') })
  .partial();
export type EndpointPatch = z.infer<typeof EndpointPatch>;
