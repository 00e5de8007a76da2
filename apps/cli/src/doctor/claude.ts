import type { Config } from '@usher/core/config';
import { type PriceBook, priceNotice } from '@usher/core/price';
import type { Taxonomy } from '@usher/core/taxonomy';
import { lookAtModels, type ModelNotice } from '@usher/engines/claude/model-notices';
import { readPrices } from '@usher/engines/claude/prices';
import { type Check, reasonOf } from './check.ts';
import { checkCalls } from './claude-calls.ts';
import { checkClock } from './clock.ts';

/**
 * Looks at Claude: the key and the models of the settings, then two real classifications on the way that tickets take, of which the
 * second must read the prompt from the cache, and one by the hard model. Costs about a cent and a half.
 */
export async function checkClaude(config: Config, taxonomy: Taxonomy): Promise<Check[]> {
  if (config.ANTHROPIC_API_KEY === undefined) {
    const says = 'no ANTHROPIC_API_KEY, so that only the local model decides';
    return [{ name: 'claude', status: 'ok', says }];
  }
  const prices = readPrices(config.USHER_PRICES);
  const models = await checkModels(config);
  if (models.some(({ status }) => status === 'failed')) return [...models, checkPrices(config, prices)];
  return [...models, checkPrices(config, prices), ...(await checkCalls(config, { taxonomy, prices }))];
}

async function checkModels({
  USHER_MODEL,
  USHER_HARD_MODEL,
  ANTHROPIC_API_KEY: apiKey,
  ANTHROPIC_BASE_URL: baseUrl,
}: Config): Promise<Check[]> {
  const settings = [
    { setting: 'USHER_MODEL', model: USHER_MODEL },
    { setting: 'USHER_HARD_MODEL', model: USHER_HARD_MODEL },
  ];
  try {
    const askedAt = Date.now();
    const { notices, serverTime } = await lookAtModels({ models: [USHER_MODEL, USHER_HARD_MODEL], apiKey, baseUrl });
    const clock = { askedAt, answeredAt: Date.now(), serverTime: serverTime ?? askedAt, resolutionMs: 1_000 };
    const found = settings.map(({ setting, model }) =>
      modelCheck(
        { setting, model },
        notices.find((notice) => notice.model === model),
      ),
    );
    return [...found, ...(serverTime === null ? [] : [checkClock("Claude's clock", clock)])];
  } catch (thrown) {
    const todo = 'Check ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and the way out to the network.';
    return [{ name: 'claude', status: 'failed', says: reasonOf(thrown), todo }];
  }
}

function modelCheck({ setting, model }: { setting: string; model: string }, notice: ModelNotice | undefined): Check {
  const name = setting === 'USHER_MODEL' ? 'model' : 'hard model';
  if (notice === undefined) return { name, status: 'ok', says: `${model} is in good order` };
  if (notice.kind === 'unknown') {
    const todo = `Check the name in ${setting}; your key may also lack the right to it.`;
    return { name, status: 'warning', says: `Claude does not list ${model}`, todo };
  }
  const instead = notice.instead.length === 0 ? 'another model' : notice.instead.join(' or ');
  const todo = `Set ${setting} to ${instead}.`;
  if (notice.kind === 'retired') return { name, status: 'failed', says: `${model} is retired`, todo };
  const day = notice.retiresAt?.slice(0, 10);
  return { name, status: 'warning', says: `${model} retires ${day === undefined ? 'soon' : `on ${day}`}`, todo };
}

function checkPrices({ USHER_MODEL, USHER_HARD_MODEL }: Config, prices: PriceBook): Check {
  const { date, isOld, unlisted } = priceNotice(prices, [USHER_MODEL, USHER_HARD_MODEL], Date.now());
  const name = 'prices';
  const todo = 'Write today’s prices into a file like packages/engines/prices.yaml and set USHER_PRICES to it.';
  if (unlisted.length > 0) {
    const says = `none listed for ${unlisted.join(' and ')}, which count as the dearest model`;
    return { name, status: 'warning', says, todo };
  }
  if (isOld) return { name, status: 'warning', says: `of ${date}, older than half a year`, todo };
  return { name, status: 'ok', says: `of ${date}` };
}
