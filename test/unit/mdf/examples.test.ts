import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkChat } from '../../../src/chat/index.js';
import { chatSection, defaultConfig, parseLinkUrl, resolveConfig } from '../../../src/config/index.js';
import { readExpressionSettings } from '../../../src/expression/index.js';
import { activeSettings, checkMdf, mdfFor, splitMdf } from '../../../src/mdf/index.js';
import { systemHost } from '../../../src/programs/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

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

  it("has one .mdf per link kind, MMDAgent-EX's ChatGPT sample, and the snippets", () => {
    const others = ['bridge-snippets.fst', 'chatgpt.mdf', 'chatgpt.yaml'];
    expect(readdirSync(FOLDER).sort()).toEqual([...Object.keys(LINKS), ...others].sort());
  });

  it('has the ChatGPT sample as a submodule, started with the settings beside it', async () => {
    const bytes = readFileSync(new URL('chatgpt.mdf', FOLDER));
    const command = (activeSettings(splitMdf(bytes).lines).get('Plugin_AnyScript_Command') ?? '').split(' ');
    expect(checkMdf(bytes, parseLinkUrl('stdio:'), { command })).toEqual([]);
    const [program, name, flag, file = ''] = command;
    expect([program, name, flag]).toEqual(['mmdagent-bridge', 'submodule', '--config']);
    const env = { OPENAI_API_KEY: 'sk-test' };
    // MMDAgent-EX starts it in the folder of its content.
    const config = fileURLToPath(new URL(file, FOLDER));
    const resolved = await resolveConfig({ flags: { config }, env });
    expect(resolved.warnings).toEqual([]);
    const section = chatSection(resolved.config, env, 'linux');
    const { tags, tellModel } = await readExpressionSettings(section.expression);
    expect([tags.numberedEmotions, tellModel]).toEqual([true, true]);
    expect(section.systemPrompt).toMatch(/guide/);
    await checkChat(section, { clock: new FakeClock(), env, host: systemHost({ PATH: '' }) });
    await expect(
      checkChat(section, { clock: new FakeClock(), env: {}, host: systemHost({ PATH: '' }) }),
    ).rejects.toThrow(/set OPENAI_API_KEY/);
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
