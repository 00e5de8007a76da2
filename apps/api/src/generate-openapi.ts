import { openApiDocument } from './openapi.ts';

/** The text of `docs/openapi.json`. */
export function generateOpenApi(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
}
