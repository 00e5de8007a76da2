import type { Engine, EngineName } from '@usher/core/engine';
import type { ClaudeCalibration } from '@usher/core/evaluation/claude-calibration';
import { thresholdOf, type Thresholds } from '@usher/core/release';
import { calibrateClaude } from './calibrated-claude.ts';
import { createCascadeEngine } from './cascade.ts';
import { createLocalEngine } from './local.ts';
import type { LocalModel } from './local/model.ts';

/** The engine in force and what it can fall back on. */
export interface Engines {
  engine: Engine;
  /** Answers in Claude's place when even the last try takes too long; null where only Claude may answer. */
  standIn: Engine | null;
  /** The local model alone, whatever the engine in force: it costs nothing. */
  local: Engine;
  /** False while the engine has nothing to go by but a local model that is still to be learnt. */
  isLearnt: boolean;
  /** The engine in force around another Claude, such as one that has answered already. */
  around: (claude: Engine) => Engine;
}

export interface EngineParts {
  claude: Engine;
  /** The local model in force, null while there is none. */
  model: LocalModel | null;
  /** How far Claude's answers can be trusted, null while too little is known; null unless given. */
  calibration?: ClaudeCalibration | null;
  /** What decisions need to be automated; an answer that would not reach it needs a second opinion. */
  thresholds?: Thresholds;
}

/** From here on the local model's calibrated confidence needs no second opinion: it is wrong once in ten times at most. */
export const BAR = 0.9;

type Build = (parts: {
  claude: Engine;
  local: Engine;
  isLearnt: boolean;
  bar: (category: string) => number;
}) => Omit<Engines, 'around' | 'local'>;

/** Every engine that an operator can choose: a new one is its own file and a line here. */
const registry: Record<EngineName, Build> = {
  local: ({ local, isLearnt }) => ({ engine: local, standIn: null, isLearnt }),
  claude: ({ claude }) => ({ engine: claude, standIn: null, isLearnt: true }),
  cascade: ({ local, claude, bar }) => ({
    engine: createCascadeEngine({ local, claude, bar }),
    standIn: local,
    isLearnt: true,
  }),
};

/** The engine of this name, put together from its parts. */
export function createEngines(name: EngineName, { model, thresholds, ...parts }: EngineParts): Engines {
  const local = createLocalEngine({ model: () => model });
  const bar = (category: string) => Math.max(BAR, (thresholds && thresholdOf(thresholds, category)) ?? 0);
  const build = (asked: Engine) => {
    const claude = calibrateClaude({ model, calibration: parts.calibration ?? null, claude: asked });
    return registry[name]({ claude, local, bar, isLearnt: model !== null });
  };
  return { ...build(parts.claude), local, around: (claude) => build(claude).engine };
}
