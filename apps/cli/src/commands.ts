import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** Adds a command to the program. */
export type AddCommand = (program: Command, surroundings: Surroundings) => void;

/** Every command in the order of the help. A module is loaded when it is needed: all of them take longer than most commands. */
const COMMANDS: Record<string, () => Promise<AddCommand>> = {
  start: async () => (await import('./commands/start.ts')).addStart,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  migrate: async () => (await import('./commands/migrate.ts')).addMigrate,
  classify: async () => (await import('./commands/classify.ts')).addClassify,
  correct: async () => (await import('./commands/correct.ts')).addCorrect,
  report: async () => (await import('./commands/report.ts')).addReport,
  replay: async () => (await import('./commands/replay.ts')).addReplay,
  cost: async () => (await import('./commands/cost.ts')).addCost,
  evaluate: async () => (await import('./commands/evaluate.ts')).addEvaluate,
  backfill: async () => (await import('./commands/backfill.ts')).addBackfill,
  keys: async () => (await import('./commands/keys.ts')).addKeys,
  people: async () => (await import('./commands/people.ts')).addPeople,
  taxonomy: async () => (await import('./commands/taxonomy.ts')).addTaxonomy,
  models: async () => (await import('./commands/models.ts')).addModels,
  promise: async () => (await import('./commands/promise.ts')).addPromise,
  labellers: async () => (await import('./commands/labellers.ts')).addLabellers,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
  sources: async () => (await import('./commands/sources.ts')).addSources,
  endpoints: async () => (await import('./commands/endpoints.ts')).addEndpoints,
  deliveries: async () => (await import('./commands/deliveries.ts')).addDeliveries,
  undo: async () => (await import('./commands/undo.ts')).addUndo,
  retention: async () => (await import('./commands/retention.ts')).addRetention,
  batches: async () => (await import('./commands/batches.ts')).addBatches,
  budget: async () => (await import('./commands/budget.ts')).addBudget,
  breaker: async () => (await import('./commands/breaker.ts')).addBreaker,
};

/** The commands that this command line may mean: the one that it names, else all. */
export async function commandsFor(args: readonly string[]): Promise<AddCommand[]> {
  const name = args.find((arg) => !arg.startsWith('-')) ?? '';
  const loads = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  return Promise.all(loads.flatMap((load) => (load === undefined ? [] : [load()])));
}
