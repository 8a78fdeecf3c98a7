import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConversation } from '../../../src/chat/chat-settings.js';
import { parseLinkUrl, resolveConfig } from '../../../src/config/index.js';
import { readExpressionSettings } from '../../../src/expression/index.js';
import { readKeep } from '../../../src/kept/index.js';
import { parseDictionary } from '../../../src/language/index.js';
import { type MdfOptions, mdfFor } from '../../../src/mdf/index.js';
import { readToolSettings } from '../../../src/tools/index.js';
import { anchor, codeBlocks, headings, LANGUAGES, prose, READMES, ROOT, readmeText } from './readme.js';

describe.each(LANGUAGES)('README (%s)', (language) => {
  const text = readmeText(language);

  it('links only to files and headings that are there', () => {
    const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const anchors = headings(text).map(({ title }) => `#${anchor(title)}`);
    const broken = targets
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => (target.startsWith('#') ? !anchors.includes(target) : !existsSync(ROOT + target)));
    expect(targets.length).toBeGreaterThan(3);
    expect(broken).toEqual([]);
  });

  it('names only files that are there', () => {
    const names = [...prose(text).matchAll(/`((?:src|test|fixtures|mdf-examples|\.ci)\/[^`*]*)`/g)].map(
      ([, name = '']) => name,
    );
    expect(names.filter((name) => !existsSync(ROOT + name))).toEqual([]);
  });

  it('shows .mdf lines as `mmdagent-bridge mdf` prints them', () => {
    const blocks = codeBlocks(text).filter((block) => block.language === 'ini');
    expect(blocks.length).toBeGreaterThanOrEqual(4);
    for (const block of blocks) {
      const [, url = '', host] = /^mdf: (\S+)(?: host=(\S+))?$/.exec(block.note) ?? [];
      const options: MdfOptions = host === undefined ? {} : { host };
      expect(block.text, `line ${block.line}`).toBe(mdfFor(parseLinkUrl(url), options).join('\n'));
    }
  });

  it('names only npm scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    const named = [...text.matchAll(/npm (?:run ([a-z:]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(named).toContain('check');
    expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ''))).toEqual([]);
  });

  it('shows settings files that are taken', async () => {
    const blocks = codeBlocks(text).filter(({ language, note }) => language === 'yaml' && note === '');
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) {
      const resolved = await resolveConfig({
        env: { BRIDGE_CONFIG: 'bridge.yaml' },
        readText: async () => block.text,
      });
      expect(Object.values(resolved.origins)).toContain('file');
    }
  });

  it('shows sections of a conversation that its rooms take', async () => {
    const blocks = codeBlocks(text).filter((block) => block.text.includes('conversation:'));
    expect(blocks).toHaveLength(1);
    const { config } = await resolveConfig({
      env: { BRIDGE_CONFIG: 'bridge.yaml' },
      readText: async () => blocks[0]?.text ?? '',
    });
    await readConversation(config.conversation, config.systemPrompt);
    const { peer } = await readExpressionSettings(config.expression);
    expect(Object.keys(peer?.actions ?? {})).toContain('face:joy');
    expect((await readToolSettings(config.tools, {})).memory).toEqual({ type: 'file' });
    expect(await readKeep(config.keep)).toMatchObject({ store: 'jsonl', recordings: true });
  });

  it('shows a dictionary that is taken', () => {
    const blocks = codeBlocks(text).filter(({ note }) => note.startsWith('dictionary:'));
    expect(blocks).toHaveLength(1);
    for (const { text: block } of blocks)
      expect(parseDictionary(block, 'names.yaml').size).toBe(block.trim().split('\n').length);
  });

  it('imports from the library only what it exports', () => {
    const index = readFileSync(`${ROOT}src/index.ts`, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    const exported = new Set([...index.matchAll(/\b[A-Za-z]+\b/g)].map(([name]) => name));
    const imports = codeBlocks(text)
      .filter((block) => block.language === 'ts')
      .flatMap((block) => [...block.text.matchAll(/import (?:type )?\{([^}]*)\} from 'mmdagent-bridge'/g)])
      .flatMap(([, names = '']) => names.split(',').map((name) => name.replace('type ', '').trim()));
    expect(imports).toContain('connect');
    expect(imports.filter((name) => !exported.has(name))).toEqual([]);
  });
});

describe('README.ja.md', () => {
  it('has the same headings, code and tables in the same order as README.md', () => {
    const shape = (text: string): unknown => ({
      levels: headings(text).map(({ level }) => level),
      code: codeBlocks(text).map(({ language, note }) => [language, note]),
      tables: [...text.matchAll(/^<!-- table: (.*) -->$/gm)].map(([, name]) => name),
    });
    expect(shape(readmeText('ja'))).toEqual(shape(readmeText('en')));
  });

  it('is named by the other, and the other by it', () => {
    expect(readmeText('en').includes(`](${READMES.ja})`)).toBe(true);
    expect(readmeText('ja').includes(`](${READMES.en})`)).toBe(true);
  });
});

describe('CHANGELOG.md', () => {
  it('begins with the section of what is not released yet', () => {
    const [title, next] = headings(readFileSync(`${ROOT}CHANGELOG.md`, 'utf8'));
    expect(title).toEqual({ level: 1, title: 'Changelog' });
    expect(next).toEqual({ level: 2, title: 'NEXT' });
  });
});
