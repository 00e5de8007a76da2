import { z } from 'zod';
import { Priority } from '../priority.ts';
import { Mode } from '../release.ts';
import { Key } from '../taxonomy.ts';

/** What the helpdesk calls one of its things: an id or a name. */
export const VendorName = z.union([z.string().trim().min(1).max(200), z.number().int().transform(String)]);

/** What every source with a helpdesk can set. A connector adds what only its vendor has. */
export const ConnectorSettings = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/, normalize: true })
    .max(500)
    .transform((url) => url.replace(/\/+$/, ''))
    .describe("Where the helpdesk's API is, without a path of its own."),
  mode: Mode.default('auto').describe('auto writes assignments, suggest writes notes only, shadow writes nothing.'),
  own_user_id: VendorName.nullable()
    .default(null)
    .describe('The user as whom Usher writes. Its events are ignored, so that nothing goes round in circles.'),
  teams: z.record(Key, VendorName).default({}).describe("Usher's team → the helpdesk's."),
  priorities: z.partialRecord(Priority, VendorName).default({}).describe("Usher's priority → the helpdesk's."),
  tags: z.record(Key, VendorName).default({}).describe("Category → the helpdesk's tag."),
  tag_prefix: z
    .string()
    .max(50)
    .nullable()
    .default('usher_')
    .describe('Makes the tag of a category that has none of its own; null for none.'),
  fields: z
    .strictObject({
      category: VendorName,
      subcategory: VendorName,
      priority: VendorName,
      sla_due_at: VendorName,
      confidence: VendorName,
    })
    .partial()
    .default({})
    .describe("What is written into which of the helpdesk's custom fields."),
  untouched_teams: z
    .array(VendorName)
    .default([])
    .describe('Teams that a new ticket has before anybody chose one, and that may therefore be changed.'),
  untouched_priorities: z
    .array(VendorName)
    .default([])
    .describe('Priorities that a new ticket has before anybody chose one, and that may therefore be changed.'),
});
export type ConnectorSettings = z.infer<typeof ConnectorSettings>;

/** The common settings with a vendor's own priorities, and those that it gives to every new ticket. */
export function settingsWith(vendor: { priorities: ConnectorSettings['priorities']; untouchedPriorities?: string[] }) {
  return ConnectorSettings.extend({
    priorities: ConnectorSettings.shape.priorities.unwrap().default(vendor.priorities),
    untouched_priorities: ConnectorSettings.shape.untouched_priorities
      .unwrap()
      .default(vendor.untouchedPriorities ?? []),
  });
}
