/** What the rooms log through: static text plus fields, so that lines can be counted and nothing private slips into prose. pino fits. */
export interface Logger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const nothing = (): void => {};

/** For tests and for the library, which is silent unless given a logger. */
export const SILENT_LOGGER: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
