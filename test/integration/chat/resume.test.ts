import { afterEach, describe, expect, it } from 'vitest';
import { type CliRig, cliRig } from '../cli/rig.js';

const LIMIT_MS = 60_000;

describe('chat --resume', () => {
  let rig: CliRig | undefined;

  afterEach(() => rig?.close());

  it(
    'goes on with a kept conversation: what was said is known, and new turns join it',
    async () => {
      rig = cliRig();
      // Nobody listens.
      rig.env['BRIDGE_SPEED'] = '4';
      const config = rig.file('bridge.json', JSON.stringify({ keep: { store: 'jsonl', folder: 'kept' } }));
      const talk = async (line: string, ...args: string[]) => {
        const script = rig?.file('script.txt', line) ?? '';
        const ended = await rig?.run(
          'chat',
          '--json',
          '--link',
          'simulator:',
          '--config',
          config,
          '--script',
          script,
          ...args,
        );
        expect(ended?.code, ended?.stderr).toBe(0);
        const lines = (ended?.stdout ?? '').trim().split('\n');
        return lines.map((text) => JSON.parse(text)).filter(({ event }) => event === 'turnEnded');
      };
      await talk('My name is Taro.');
      const list = await rig.run('sessions', 'list', '--json', '--config', config);
      const [session] = JSON.parse(list.stdout).sessions ?? JSON.parse(list.stdout);
      const [again] = await talk('What is my name?', '--resume', session.id.slice(0, 8));
      expect(again.heard).toContain('Taro');
      expect(again.turn).toBe(2);
      const after = await rig.run('sessions', 'list', '--json', '--config', config);
      const all = JSON.parse(after.stdout).sessions ?? JSON.parse(after.stdout);
      expect(all).toHaveLength(1);
      expect(all[0].turns).toBe(2);
    },
    LIMIT_MS,
  );

  it('says that there is no such session, before anything is started', async () => {
    rig = cliRig();
    const config = rig.file('bridge.json', JSON.stringify({ keep: { store: 'jsonl', folder: 'kept' } }));
    const { code, stderr } = await rig.run('chat', '--config', config, '--resume', 'abcd1234');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Expected a kept session, got abcd1234/);
  });
});
