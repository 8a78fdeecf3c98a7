import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultConfig, parseLinkUrl } from '../../../src/config/index.js';
import { checkMdf, mdfFor } from '../../../src/mdf/index.js';

const FOLDER = new URL('../../../mdf-examples/', import.meta.url);
const LINKS = {
  'ws-listen.mdf': defaultConfig().links[0] ?? '',
  'tcp.mdf': 'tcp://127.0.0.1',
  'tcp-listen.mdf': 'tcp-listen://',
  'stdio.mdf': 'stdio:',
};

describe('mdf-examples', () => {
  it.each(Object.entries(LINKS))('%s holds what mdfFor gives for the defaults', (name, link) => {
    const bytes = readFileSync(new URL(name, FOLDER));
    expect(bytes.toString('utf8')).toBe(`${mdfFor(parseLinkUrl(link)).join('\n')}\n`);
    expect(checkMdf(bytes, parseLinkUrl(link))).toEqual([]);
  });

  it('has one .mdf per link kind and the snippets', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...Object.keys(LINKS), 'bridge-snippets.fst'].sort());
  });

  it('has snippets in which no rule waits for a message that the bridge sends', () => {
    const fst = readFileSync(new URL('bridge-snippets.fst', FOLDER), 'utf8');
    const rules = fst.split('\n').filter((line) => /^\s+\S/.test(line) && !line.trim().startsWith('#'));
    expect(rules.length).toBeGreaterThan(3);
    for (const rule of rules) {
      const [input = ''] = rule.trim().split(/\s+/);
      expect(input, rule).toMatch(/^(?:<eps>|[A-Z_]+_EVENT_[A-Z]+(?:\|\S*)?|KEY\|.|AVATAR\|(?:START|END))$/);
    }
  });
});
