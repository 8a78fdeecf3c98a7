import type { Logger } from '../../../src/runtime/index.js';

/** Keeps what is logged, one `level text` a line. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  readonly fields: object[] = [];

  debug(fields: object, text: string): void {
    this.#keep('debug', fields, text);
  }

  info(fields: object, text: string): void {
    this.#keep('info', fields, text);
  }

  warn(fields: object, text: string): void {
    this.#keep('warn', fields, text);
  }

  error(fields: object, text: string): void {
    this.#keep('error', fields, text);
  }

  #keep(level: string, fields: object, text: string): void {
    this.lines.push(`${level} ${text}`);
    this.fields.push(fields);
  }
}
