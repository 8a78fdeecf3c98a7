import { describe, expect, it } from 'vitest';
import { JAPANESE } from './japanese.js';
import { LANGUAGES, READMES, readmeText, writeReadme } from './readme.js';
import { type Language, TABLES, tableText } from './tables.js';

/** Writes the tables anew: `UPDATE_DOCS=1 npx vitest run test/unit/docs`. */
const areTablesWritten = process.env['UPDATE_DOCS'] === '1';

function tablePattern(name: string): RegExp {
  return new RegExp(`(?<=^<!-- table: ${name} -->\n)(?:\\|.*\n)*`, 'm');
}

describe.each(LANGUAGES)('README tables (%s)', (language: Language) => {
  it.each(TABLES.map((table) => [table.name, table] as const))(
    '%s is what the program says',
    (name, table) => {
      const expected = `${tableText(table, language)}\n`;
      const pattern = tablePattern(name);
      if (areTablesWritten)
        writeReadme(
          language,
          readmeText(language).replace(pattern, () => expected),
        );
      const found = pattern.exec(readmeText(language))?.[0];
      expect(found, `${READMES[language]}: UPDATE_DOCS=1 npx vitest run test/unit/docs writes it`).toBe(
        expected,
      );
    },
  );
});

describe('README tables in Japanese', () => {
  it('translate nothing that the program no longer says', () => {
    const used = new Set<string>();
    const note = (text: string): string => {
      used.add(text);
      return text;
    };
    for (const table of TABLES) table.rows(note);
    expect(Object.keys(JAPANESE).filter((text) => !used.has(text))).toEqual([]);
  });
});
