import type { Engine, EngineName } from '@usher/core/engine';
import { createCascadeEngine } from './cascade.ts';
import { createLocalEngine } from './local.ts';
import type { LocalModel } from './local/model.ts';

/** The engine in force and what it can fall back on. */
export interface Engines {
  engine: Engine;
  /** Answers in Claude's place when even the last try takes too long; null where only Claude may answer. */
  standIn: Engine | null;
  /** False while the engine has nothing to go by but a local model that is still to be learnt. */
  isLearnt: boolean;
}

export interface EngineParts {
  claude: Engine;
  /** The local model in force, null while there is none. */
  model: LocalModel | null;
}

/** From here on the local model's calibrated confidence needs no second opinion: it is wrong once in ten times at most. */
export const BAR = 0.9;

type Build = (parts: { claude: Engine; local: Engine; isLearnt: boolean }) => Engines;

/** Every engine that an operator can choose: a new one is its own file and a line here. */
const registry: Record<EngineName, Build> = {
  local: ({ local, isLearnt }) => ({ engine: local, standIn: null, isLearnt }),
  claude: ({ claude }) => ({ engine: claude, standIn: null, isLearnt: true }),
  cascade: ({ local, claude }) => ({
    engine: createCascadeEngine({ local, claude, bar: () => BAR }),
    standIn: local,
    isLearnt: true,
  }),
};

/** The engine of this name, put together from its parts. */
export function createEngines(name: EngineName, { claude, model }: EngineParts): Engines {
  const local = createLocalEngine({ model: () => model });
  return registry[name]({ claude, local, isLearnt: model !== null });
}
