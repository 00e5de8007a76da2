import { z } from 'zod';
import type { BudgetLimits } from './budget/rules.ts';
import { API_LIMITS } from './batches/chunk.ts';
import { Duration } from './duration.ts';
import { EngineName, Escalation } from './engine.ts';
import type { Failure } from './failure.ts';
import { Outbound } from './outbound-url.ts';
import { Mode } from './release.ts';

const port = z.coerce
  .number({ error: 'must be a port number' })
  .int()
  .min(0, 'must be a port number, 0 to 65535')
  .max(65_535, 'must be a port number, 0 to 65535');
const url = (schemes: readonly string[]) =>
  z.string().refine((value) => schemes.some((scheme) => value.startsWith(`${scheme}://`)), {
    error: `must begin with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  });

/** 32 bytes in base64, in either alphabet. */
const SECRET_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;
const amount = z.coerce.number({ error: 'must be a whole number' }).int().min(1).max(1_000_000_000);

/**
 * Every setting, once. `docs/configuration.md` and `.env.example` are made from this list: the description says what the
 * setting does, and a missing default what happens without it.
 */
export const Settings = z.object({
  PORT: port.default(3000).describe('Port on which the API listens.'),
  USHER_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which the API listens. 0.0.0.0 makes it reachable from other machines.'),
  DATABASE_URL: url(['postgres', 'postgresql'])
    .optional()
    .describe('Postgres to use. Unset, `npm start` brings its own in `USHER_DATA_DIR`.'),
  QUEUE_URL: url(['redis', 'rediss', 'postgres', 'postgresql'])
    .optional()
    .describe('Queue to use: Redis, Valkey or Postgres. Unset, `REDIS_URL` counts; without both, the database.'),
  REDIS_URL: url(['redis', 'rediss']).optional().describe('Used where `QUEUE_URL` is unset.'),
  USHER_SAMPLES: z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .optional()
    .describe(
      'Whether the first `npm start`, with no ticket in the database yet, shows sample tickets being decided. They cost nothing, count nowhere and are removed in the console. Unset, `on` where `npm start` brings its own Postgres, else `off`.',
    ),
  USHER_DATA_DIR: z.string().default('.usher').describe('Folder for the embedded Postgres.'),
  USHER_API_KEY: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('A bootstrap admin key for scripted starts, at least 32 characters.'),
  USHER_ENGINE: EngineName.optional().describe(
    'Who suggests the category. Unset, `cascade` with an Anthropic key and `local` without.',
  ),
  USHER_MODE: Mode.default('auto').describe(
    '`auto` acts on decisions, `suggest` only proposes them, `shadow` records and scores them and assigns nothing.',
  ),
  USHER_TAXONOMY: z
    .string()
    .default('taxonomy.yaml')
    .describe('The category list that is published on the first start.'),
  ANTHROPIC_API_KEY: z.string().optional().describe('Key for the Claude API.'),
  ANTHROPIC_BASE_URL: url(['http', 'https']).optional().describe('Another address of the Claude API, such as a proxy.'),
  USHER_MODEL: z.string().default('claude-haiku-5-5').describe('Model for ordinary tickets.'),
  USHER_HARD_MODEL: z.string().default('claude-sonnet-5-5').describe('Model that gets one try where the first failed.'),
  USHER_ESCALATE: Escalation.default('doubt').describe(
    'When the hard model is asked: `failure` where the first refused or gave nothing usable; `doubt` also where its calibrated confidence is too low or the local model believes otherwise.',
  ),
  USHER_REUSE_FOR: Duration.prefault('24h').describe(
    'How long Claude’s answer is taken over for a ticket with the same text, unless somebody corrected it. `0s`: never.',
  ),
  USHER_PRICES: z
    .string()
    .optional()
    .describe('A price list of your own in the form of `packages/engines/prices.yaml`, which holds where it is unset.'),
  USHER_RPM: amount
    .optional()
    .describe(
      'Requests a minute at most, for each model, all workers together. Unset, what Claude allows; until it says so, 1,000.',
    ),
  USHER_ITPM: amount
    .optional()
    .describe('The same for uncached input tokens a minute; until Claude says better, 2,000,000.'),
  USHER_OTPM: amount.optional().describe('The same for output tokens a minute; until Claude says better, 400,000.'),
  USHER_DAILY_USD: z.coerce
    .number({ error: 'must be an amount in US dollars, such as 20 or 2.5' })
    .min(0, 'must not be negative')
    .max(1_000_000)
    .optional()
    .describe(
      'What Claude may cost on one day (UTC), all sources together. Unset, there is no limit. Sources can have limits of their own: `usher budget limit`.',
    ),
  USHER_CONCURRENCY: z.coerce
    .number({ error: 'must be a whole number' })
    .int()
    .min(1)
    .max(1_000)
    .default(16)
    .describe('Tickets that one worker handles at the same time, a lane.'),
  USHER_MAX_AGE: Duration.prefault('15m').describe(
    'How long a live ticket may wait for Claude before it is decided without: 90s, 15m, 2h.',
  ),
  USHER_BULK_MAX_AGE: Duration.optional().describe(
    'The same for the bulk lane. Unset, bulk waits as long as it takes.',
  ),
  USHER_AUDIT_SHARE: z.coerce
    .number({ error: 'must be a number' })
    .min(0, 'must be a share, 0 to 1')
    .max(1, 'must be a share, 0 to 1')
    .default(0.02)
    .describe('Share of automated decisions that are drawn for blind review, 0 to 1.'),
  USHER_WINDOW: z.coerce
    .number({ error: 'must be a whole number' })
    .int()
    .min(100)
    .max(1_000_000)
    .default(10_000)
    .describe(
      'Most waiting tickets of a lane that are in the queue at the same time; the others wait in Postgres. ' +
        'A thousand take about 1.4 MB of Redis.',
    ),
  USHER_BATCH_SIZE: z.coerce
    .number({ error: 'must be a whole number' })
    .int()
    .min(1)
    .max(API_LIMITS.requests)
    .default(2_000)
    .describe('Tickets of one Message Batch at most.'),
  USHER_BATCH_QUEUED: z.coerce
    .number({ error: 'must be a whole number' })
    .int()
    .min(1)
    .default(200_000)
    .describe(
      'Batch requests that may be queued with Claude: 200,000 on the Start tier, 300,000 on Build, 500,000 on Scale.',
    ),
  USHER_RETENTION_DAYS: z.coerce
    .number({ error: 'must be a whole number of days' })
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Days after which tickets to which nothing happened any more are removed, with their texts, decisions, corrections and examples. Unset, they are kept for ever.',
    ),
  USHER_OUTBOUND: Outbound.default('public').describe(
    'Where outbound webhooks may go: `public` means https to public addresses only; `any` is for development.',
  ),
  USHER_PUBLIC_URL: url(['http', 'https'])
    .transform((value) => value.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Address at which helpdesks reach this API, such as https://usher.example.com. It stands in the webhook URLs that are shown, and HubSpot signs it.',
    ),
  USHER_SECRET_KEY: z
    .string()
    .refine(
      (value) => value.split(',').every((key) => SECRET_KEY.test(key.trim())),
      'must be 32 bytes in base64, as `openssl rand -base64 32` prints them, or several with commas between',
    )
    .optional()
    .describe(
      'Key that encrypts the secrets of sources, the same for every process: 32 bytes in base64. Several with commas between replace a key: the first encrypts, all decrypt. Unset, `npm start` keeps one in `USHER_DATA_DIR`.',
    ),
  USHER_SESSION_IDLE: Duration.prefault('2h').describe(
    'How long somebody stays signed in to the console without using it.',
  ),
  USHER_SESSION_MOST: Duration.prefault('12h').describe(
    'How long somebody stays signed in to the console at the most.',
  ),
  USHER_METRICS_PORT: port.optional().describe('Port for a worker’s `/livez` and `/metrics`. Unset, there is none.'),
  USHER_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severe log lines that are written.'),
});

/** Settings as read, with what follows from several of them. */
export type Config = z.output<typeof Settings> & {
  engine: EngineName;
  queueUrl: string | undefined;
  /** Whether a first start shows samples. */
  samples: boolean;
  /** What the operator allows a minute at most. */
  ceilings: Partial<BudgetLimits>;
  /** What may be spent on a day, in micro-dollars; null is no limit. */
  dailyMicroUsd: number | null;
};

/** Thrown when settings are bad; its message lists every problem at once. */
export class ConfigInvalid extends Error implements Failure {
  readonly code = 'config_invalid';
  readonly retry = 'never';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`These settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigInvalid';
    this.problems = problems;
  }
}

/** Reads the settings from an environment. Unset and empty mean the default. Throws ConfigInvalid. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const read = Settings.safeParse(given);
  if (!read.success) {
    throw new ConfigInvalid(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const settings = read.data;
  const engine = settings.USHER_ENGINE ?? (settings.ANTHROPIC_API_KEY === undefined ? 'local' : 'cascade');
  if (engine !== 'local' && settings.ANTHROPIC_API_KEY === undefined) {
    throw new ConfigInvalid([`USHER_ENGINE: ${engine} needs ANTHROPIC_API_KEY; set it, or use USHER_ENGINE=local`]);
  }
  return {
    ...settings,
    engine,
    queueUrl: settings.QUEUE_URL ?? settings.REDIS_URL ?? settings.DATABASE_URL,
    samples: showsSamples(settings),
    ceilings: ceilingsOf(settings),
    dailyMicroUsd: settings.USHER_DAILY_USD === undefined ? null : Math.round(settings.USHER_DAILY_USD * 1_000_000),
  };
}

/** Where somebody brings a database, nobody expects tickets in it that they did not send. */
function showsSamples({ USHER_SAMPLES, DATABASE_URL }: z.output<typeof Settings>): boolean {
  return (USHER_SAMPLES ?? (DATABASE_URL === undefined ? 'on' : 'off')) === 'on';
}

function ceilingsOf({ USHER_RPM, USHER_ITPM, USHER_OTPM }: z.output<typeof Settings>): Partial<BudgetLimits> {
  return {
    ...(USHER_RPM !== undefined && { requests: USHER_RPM }),
    ...(USHER_ITPM !== undefined && { inputTokens: USHER_ITPM }),
    ...(USHER_OTPM !== undefined && { outputTokens: USHER_OTPM }),
  };
}
