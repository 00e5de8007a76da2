import { isFailure } from '@usher/core/failure';

interface Sink {
  write(text: string): unknown;
}

/** Where commands write: tables and sentences for people, or with `--json` one JSON document for programs. */
export class Screen {
  readonly isJson: boolean;
  readonly #out: Sink;
  readonly #error: Sink;

  constructor({ out, error, isJson }: { out: Sink; error: Sink; isJson: boolean }) {
    this.isJson = isJson;
    this.#out = out;
    this.#error = error;
  }

  /** Shows a result: the document in JSON mode, the text for people otherwise. */
  show(document: unknown, text: string): void {
    this.#out.write(this.isJson ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
  }

  /** Something on the way that is not the result; it never mixes with JSON. */
  remark(text: string): void {
    this.#error.write(`${text}\n`);
  }

  /** Shows what went wrong: one of ours by its message, anything else with its stack, for a report. */
  showError(thrown: unknown): void {
    const code = isFailure(thrown) ? thrown.code : 'unexpected';
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    if (this.isJson) {
      this.#error.write(`${JSON.stringify({ error: { code, message } })}\n`);
      return;
    }
    const stack = thrown instanceof Error && !isFailure(thrown) ? `\n${thrown.stack ?? ''}` : '';
    this.#error.write(`usher: ${message}${stack}\n`);
  }
}

/** Rows as columns of even width, the first row being the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}
