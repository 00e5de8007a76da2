import type { ClaudeErrorName } from './claude-server-errors.ts';

/** Ways in which an answer under status 200 can be unlike the one that was computed from the ticket. */
export type AnswerTwist =
  | 'answer'
  | 'refusal'
  | 'max_tokens'
  | 'not_json'
  | 'wrong_shape'
  | 'unknown_label'
  | 'odd_letter_case';

const breakages = [
  'html',
  'cut_body',
  'stalled_body',
  'endless_body',
  'malformed_body',
  'stalled_headers',
  'hang_up',
] as const;

/** Ways in which no proper answer arrives at all. */
export type Breakage = (typeof breakages)[number];

/** An answer that something between the caller and the API gave, such as a proxy. */
export interface ForeignAnswer {
  status: number;
  contentType: string;
  body: string;
  /** Whether the body stalls instead of coming to its end. */
  isEndless?: boolean;
}

/** What the server does with one request; `after` holds it back until a promise is kept. */
export type Behaviour =
  | AnswerTwist
  | Breakage
  | { error: ClaudeErrorName; retryAfter?: string | undefined }
  | { foreign: ForeignAnswer }
  | { after: Promise<unknown>; behaviour: Behaviour };

export interface PlanOptions {
  /** Behaviours by what the ticket says; the first that matches counts. */
  rules?: readonly { matches: RegExp; behaviour: Behaviour }[];
  /** Behaviours by share of the requests, 0 to 1, evenly spread: 0.1 is every tenth. */
  rates?: readonly { share: number; behaviour: Behaviour }[];
}

export interface Plan {
  /** What the next requests meet, in order, whatever they ask. */
  script(...behaviours: Behaviour[]): void;
  next(ticketText: string): Behaviour;
}

/** Decides what happens to each request: the script first, then the rules, then the rates, else a proper answer. */
export function createPlan({ rules = [], rates = [] }: PlanOptions): Plan {
  const script: Behaviour[] = [];
  const levels = rates.map(() => 0);

  const byRate = () => {
    // Every level rises with every request, also when an earlier rate has its turn, so that each keeps its share.
    for (const [index, { share }] of rates.entries()) levels[index] = (levels[index] ?? 0) + share;
    const due = levels.findIndex((level) => level >= 1);
    if (due === -1) return undefined;
    levels[due] = (levels[due] ?? 0) - 1;
    return rates[due]?.behaviour;
  };

  return {
    script(...behaviours) {
      script.push(...behaviours);
    },
    next(ticketText) {
      return script.shift() ?? rules.find(({ matches }) => matches.test(ticketText))?.behaviour ?? byRate() ?? 'answer';
    },
  };
}

/** Tells a breakage from a twist. */
export function isBreakage(behaviour: AnswerTwist | Breakage): behaviour is Breakage {
  return breakages.some((breakage) => breakage === behaviour);
}
