import { existsSync } from 'node:fs';

/** A program that some tests need and `npm ci` cannot install. */
export interface OptionalTool {
  /** Debian package. */
  readonly package: string;
  readonly isThere: boolean;
  readonly needed: string;
}

/** Where nothing may be left out: a missing tool and a skipped test are failures. */
export const isCi = !['', '0', 'false', undefined].includes(process.env['CI']);

export function optionalTools(): readonly OptionalTool[] {
  const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  return [
    {
      package: 'chromium',
      isThere: existsSync(chromium),
      needed: `test/e2e (looked at ${chromium}; CHROMIUM names another)`,
    },
  ];
}
