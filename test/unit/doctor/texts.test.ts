import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FINDING_AREAS, findingText } from '../../../src/doctor/index.js';
import { FINDING_TEXTS } from '../../../src/doctor/texts/finding-texts.js';

const ROOM = fileURLToPath(new URL('../../../src/doctor/', import.meta.url));
const rows = Object.entries(FINDING_TEXTS);

function places(text: string): string[] {
  return [...new Set([...text.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name))].sort();
}

describe('Texts of findings', () => {
  it.each(rows)('%s stands in both languages, with the same places', (_id, { en, ja }) => {
    expect(en.text).not.toBe('');
    expect(ja.text).toMatch(/[ぁ-んァ-ヶ一-龠]/);
    expect(places(`${ja.text} ${ja.remedy}`)).toEqual(places(`${en.text} ${en.remedy}`));
    expect(ja.remedy === '').toBe(en.remedy === '');
    if (ja.remedy !== '' && !ja.remedy.startsWith('chmod')) expect(ja.remedy).toMatch(/[ぁ-んァ-ヶ一-龠]/);
  });

  it.each(rows)('%s holds one line each, and places that are names', (_id, row) => {
    for (const { text, remedy } of [row.en, row.ja]) {
      expect(`${text}${remedy}`).not.toMatch(/[\n\t]/);
      for (const place of places(text + remedy)) expect(place).toMatch(/^[a-zA-Z]+$/);
    }
  });

  it('belong to an area by their ids', () => {
    const known = new Set<string>([...FINDING_AREAS, 'check']);
    expect(rows.map(([id]) => id).filter((id) => !known.has(id.split('.')[0] ?? ''))).toEqual([]);
  });

  it('are all used by a check', () => {
    const code = readdirSync(ROOM, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('texts'))
      .map((path) => readFileSync(join(ROOM, path), 'utf8'))
      .join('\n');
    expect(rows.map(([id]) => id).filter((id) => !code.includes(`'${id}'`))).toEqual([]);
  });
});

describe('findingText', () => {
  const taken = {
    id: 'ports.takenUnknown',
    level: 'error',
    area: 'ports',
    values: { port: 9001, use: 'page', address: '::', flag: '--link' },
  } as const;

  it('puts the values into both languages', () => {
    expect(findingText(taken, 'en').text).toBe(
      'Port 9001 for page is taken by a program of another user, which listens on ::',
    );
    expect(findingText(taken, 'ja').text).toContain('page 用のポート 9001');
  });

  it('lets no value forge a line or move the cursor', () => {
    const forged = { ...taken, values: { ...taken.values, use: 'a\n✓ all well\u001b[2J' } };
    expect(findingText(forged, 'en').text).toBe(
      'Port 9001 for a ✓ all well [2J is taken by a program of another user, which listens on ::',
    );
  });

  it('does not take a value for a template', () => {
    const nested = { ...taken, values: { ...taken.values, use: '{flag}' } };
    expect(findingText(nested, 'en').text).toContain('for {flag} is taken');
  });

  it('shows a finding that it does not know by its id', () => {
    expect(findingText({ ...taken, id: 'ports.newer' }, 'ja').text).toContain('ports.newer {"port":9001');
    expect(findingText({ ...taken, id: 'toString' }, 'en').text).toContain('toString');
  });
});
