import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

/** A type of Anthropic's SDK that answers and requests can be checked against. */
export type ContractType =
  | 'ClaudeMessage'
  | 'ClaudeMessageRequest'
  | 'ClaudeModelInfo'
  | 'ClaudeErrorResponse'
  | 'ClaudeErrorDetails'
  | 'ClaudeBatch'
  | 'ClaudeBatchRequest'
  | 'ClaudeBatchResult';

/**
 * Anthropic's contract as the SDK's type definitions state it, made into JSON schemas. Nothing in it is ours, so it tells
 * where the stand-in departs from the real API. `problems` is empty for a value that keeps the contract. Takes seconds:
 * the generator compiles the SDK's types, with a TypeScript of its own that has the compiler API that ours has not.
 */
export function readContract(): { problems(type: ContractType, value: unknown): string[] } {
  const generator = createGenerator({
    path: fileURLToPath(new URL('claude-schemas-types.ts', import.meta.url)),
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    skipTypeCheck: true,
  });
  const ajv = new Ajv({ allErrors: true, strict: false });
  return {
    problems(type, value) {
      const validate = ajv.getSchema(type) ?? ajv.addSchema(generator.createSchema(type), type).getSchema(type);
      if (validate === undefined) throw new Error(`there is no schema for ${type}`);
      validate(value);
      return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    },
  };
}
