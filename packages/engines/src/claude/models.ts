import type Anthropic from '@anthropic-ai/sdk';
import { withoutDate } from '@usher/core/price';

type Parameters = Anthropic.MessageCreateParamsNonStreaming;

/** What a call of one model asks for beside the prompt. One fixed set a model, since a change empties its prompt cache. */
export type ModelSettings = Pick<Parameters, 'thinking' | 'max_tokens'> & {
  effort?: NonNullable<Parameters['output_config']>['effort'];
};

/** Room for the reply alone: a sentence and three labels. */
const REPLY_TOKENS = 400;

/** Room for the reply after a thought, because thinking counts toward the limit. */
const THINKING_TOKENS = 4_000;

/** The cheapest thinking that each model family accepts; a setting that a model does not know is answered with 400. */
const families = new Map<string, ModelSettings>([
  ['claude-haiku-5-5', { thinking: { type: 'disabled' }, effort: 'low', max_tokens: REPLY_TOKENS }],
  ['claude-sonnet-5-5', { thinking: { type: 'between_tools' }, effort: 'low', max_tokens: REPLY_TOKENS }],
  ['claude-opus-5-5', { effort: 'low', max_tokens: THINKING_TOKENS }],
]);

/** The settings for a model or a dated snapshot of it; a model that is not known is left to its own defaults. */
export function modelSettings(model: string): ModelSettings {
  return families.get(withoutDate(model)) ?? { max_tokens: THINKING_TOKENS };
}
