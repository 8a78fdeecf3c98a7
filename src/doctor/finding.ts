export type FindingLevel = 'ok' | 'info' | 'warning' | 'error';
export type FindingArea = 'tools' | 'devices' | 'ports' | 'mdf' | 'content' | 'peer' | 'clock' | 'exposure';

/** In the order in which people read them: from this machine outwards. */
export const FINDING_AREAS = [
  'tools',
  'devices',
  'ports',
  'mdf',
  'content',
  'peer',
  'clock',
  'exposure',
] as const satisfies readonly FindingArea[];

/**
 * One thing that the doctor looked at. Its texts stand in tables by `id` and language, with `{name}` places for `values`,
 * so that a page can change the language without looking again.
 */
export interface Finding {
  /** Such as `mdf.retryCount`; stable, for programs. */
  readonly id: string;
  readonly level: FindingLevel;
  readonly area: FindingArea;
  readonly values: Readonly<Record<string, string | number>>;
}

export interface FindingText {
  /** What is so. */
  readonly text: string;
  /** What to do; empty where nothing is to be done. */
  readonly remedy: string;
}

export type Language = 'en' | 'ja';
