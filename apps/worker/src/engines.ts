import type { EngineName } from '@usher/core/engine';
import type { ClaudeCalibration } from '@usher/core/evaluation/claude-calibration';
import type { Gate } from '@usher/core/gate';
import type { PriceBook } from '@usher/core/price';
import type { Thresholds } from '@usher/core/release';
import type { WarmUp } from '@usher/core/warm-up';
import { createClaudeEngine } from '@usher/engines/claude';
import { CorruptModel } from '@usher/engines/local/failures';
import type { LocalModel } from '@usher/engines/local/model';
import { deserialise } from '@usher/engines/local/serialise';
import { createEngines, type Engines } from '@usher/engines/registry';
import type { Report } from './events.ts';

export interface EngineMakerOptions {
  engine: EngineName;
  model: string;
  hardModel: string;
  apiKey: string | undefined;
  baseUrl: string | undefined;
  /** Calls to Claude at the same time, at most. */
  connections: number;
  prices: PriceBook;
  gate: Gate;
  warmUp?: WarmUp;
  report: Report;
}

/** Engines, and the local model that they were made with. */
export interface MadeEngines extends Engines {
  model: LocalModel | null;
}

/** What engines are made with, of what changes while a worker runs. */
export interface EngineMaterial {
  /** The bytes of a local model, undefined while there is none. */
  localModel: Uint8Array | undefined;
  calibration: ClaudeCalibration | null;
  thresholds: Thresholds;
}

/** Makes the engines of a release. */
export type EngineMaker = (material: EngineMaterial) => MadeEngines;

/** Prepares the engine that the operator chose. Connections to Claude are kept from one local model to the next. */
export function createEngineMaker(options: EngineMakerOptions): EngineMaker {
  const claude = createClaudeEngine(options);
  return ({ localModel, calibration, thresholds }) => {
    const model = localModel === undefined ? null : readModel(localModel, options.report);
    return { ...createEngines(options.engine, { claude, model, calibration, thresholds }), model };
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
