import type { Engine, EngineName, Gate } from '@usher/core/engine';
import type { PriceList } from '@usher/core/price';
import { createCascadeEngine } from '@usher/engines/cascade';
import { createClaudeEngine } from '@usher/engines/claude';
import { createLocalEngine } from '@usher/engines/local';
import { CorruptModel } from '@usher/engines/local/failures';
import type { LocalModel } from '@usher/engines/local/model';
import { deserialise } from '@usher/engines/local/serialise';
import type { Report } from './events.ts';

/** The engine in force and what it can fall back on. */
export interface Engines {
  engine: Engine;
  /** Answers in Claude's place when even the last try takes too long; null where only Claude may answer. */
  standIn: Engine | null;
  /** False while the engine has nothing to go by but a local model that is still to be learnt. */
  isLearnt: boolean;
}

export interface EngineMakerOptions {
  engine: EngineName;
  model: string;
  hardModel: string;
  apiKey: string | undefined;
  baseUrl: string | undefined;
  /** Calls to Claude at the same time, at most. */
  connections: number;
  prices: PriceList;
  gate: Gate;
  report: Report;
}

/** Makes the engines for the bytes of a local model, undefined while there is none. */
export type EngineMaker = (localModel: Uint8Array | undefined) => Engines;

/** From here on the local model's calibrated confidence needs no second opinion: it is wrong once in ten times at most. */
const BAR = 0.9;

interface Parts {
  local: Engine;
  claude: Engine;
  hasModel: boolean;
}

const registry: Record<EngineName, (parts: Parts) => Engines> = {
  local: ({ local, hasModel }) => ({ engine: local, standIn: null, isLearnt: hasModel }),
  claude: ({ claude }) => ({ engine: claude, standIn: null, isLearnt: true }),
  cascade: ({ local, claude }) => ({
    engine: createCascadeEngine({ local, claude, bar: () => BAR }),
    standIn: local,
    isLearnt: true,
  }),
};

/** Prepares the engine that the operator chose. Connections to Claude are kept from one local model to the next. */
export function createEngineMaker(options: EngineMakerOptions): EngineMaker {
  const claude = createClaudeEngine(options);
  return (localModel) => {
    const model = localModel === undefined ? null : readModel(localModel, options.report);
    const local = createLocalEngine({ model: () => model });
    return registry[options.engine]({ local, claude, hasModel: model !== null });
  };
}

/** A model that a later version wrote is as good as none. */
function readModel(bytes: Uint8Array, report: Report): LocalModel | null {
  try {
    return deserialise(bytes);
  } catch (thrown) {
    if (!(thrown instanceof CorruptModel)) throw thrown;
    report({ kind: 'model_unreadable', error: thrown });
    return null;
  }
}
