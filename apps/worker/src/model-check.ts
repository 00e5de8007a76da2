import type { Failure } from '@usher/core/failure';
import { lookAtModels, type ModelNotice, type ModelNoticesOptions } from '@usher/engines/claude/model-notices';
import type { Report } from './events.ts';

/** The models of the settings. */
export interface ModelsInUse {
  USHER_MODEL: string;
  USHER_HARD_MODEL: string;
}

/** A model of the settings is gone: every ticket would meet the same, so that nothing starts before another one is set. */
export class ModelRetired extends Error implements Failure {
  readonly code = 'model_retired';
  readonly retry = 'never';

  constructor(setting: string, model: string, instead: readonly string[]) {
    const choice = instead.length === 0 ? 'a model that Claude still offers' : `${instead.join(' or ')}, for example`;
    super(`The model ${model} is retired and answers no more. Set ${setting} to ${choice}.`);
    this.name = 'ModelRetired';
  }
}

/** A start does not wait longer than this for the list of models. */
const DEADLINE_MS = 5_000;

/**
 * Warns of models that Claude's service drops within 60 days or does not know, and throws ModelRetired where one is gone. A
 * service that cannot be asked stops nobody: whether tickets get their answers shows when they ask.
 */
export async function checkModels(
  models: ModelsInUse,
  account: Omit<ModelNoticesOptions, 'models' | 'deadlineMs'>,
  report: Report,
): Promise<void> {
  const { USHER_MODEL, USHER_HARD_MODEL } = models;
  const settingOf = (model: string) => (model === USHER_MODEL ? 'USHER_MODEL' : 'USHER_HARD_MODEL');
  for (const notice of await noticesOf([USHER_MODEL, USHER_HARD_MODEL], account, report)) {
    const setting = settingOf(notice.model);
    if (notice.kind === 'retired') throw new ModelRetired(setting, notice.model, notice.instead);
    const { kind, ...rest } = notice;
    report({ kind: 'model_notice', notice: kind, setting, ...rest });
  }
}

async function noticesOf(
  models: string[],
  account: Omit<ModelNoticesOptions, 'models' | 'deadlineMs'>,
  report: Report,
): Promise<ModelNotice[]> {
  try {
    return (await lookAtModels({ ...account, models, deadlineMs: DEADLINE_MS })).notices;
  } catch (error) {
    report({ kind: 'models_unchecked', error });
    return [];
  }
}
