import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRig, cliRig } from './rig.js';

interface ChatEvent {
  readonly event: string;
  readonly outcome?: string;
  readonly user?: string;
  readonly heard?: string;
  readonly text?: string;
}

const LIMIT_MS = 60_000;

describe('chat', () => {
  let rig: CliRig;

  beforeAll(() => {
    rig = cliRig();
    // Nobody listens.
    rig.env['BRIDGE_SPEED'] = '2';
  });

  afterAll(() => rig.close());

  const talk = async (script: string, ...args: string[]): Promise<readonly ChatEvent[]> => {
    const file = rig.file('script.txt', script);
    const { code, stdout, stderr } = await rig.run('chat', '--json', '--script', file, ...args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ChatEvent);
  };

  it(
    'answers typed turns one after the other, remembers, and speaks through the avatar',
    async () => {
      const events = await talk('My name is Taro.\nWhat is my name?\n', '--link', 'simulator:');
      const ends = events.filter(({ event }) => event === 'turnEnded');
      expect(ends.map(({ user }) => user)).toEqual(['My name is Taro.', 'What is my name?']);
      expect(ends.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
      expect(ends[1]?.heard).toContain('Taro');
    },
    LIMIT_MS,
  );

  it(
    'ends a reply that is stopped, and keeps what was heard of it',
    async () => {
      const script = '# a story\n& Tell me a long story.\n/wait 2500\n/stop\nThank you.\n';
      const events = await talk(script, '--link', 'simulator:');
      const [story, thanks] = events.filter(({ event }) => event === 'turnEnded');
      const whole = events.filter(({ event }) => event === 'chunk').map(({ text }) => text);
      expect(story?.outcome).toBe('interrupted');
      expect(story?.heard?.trim()).not.toBe('');
      expect(whole.join('').length).toBeGreaterThan(story?.heard?.length ?? 0);
      expect(thanks?.outcome).toBe('completed');
    },
    LIMIT_MS,
  );

  it('refuses settings that are wrong with all their faults, and exit code 2', async () => {
    const file = rig.file(
      'bad.json',
      JSON.stringify({ conversation: { welcom: 'x' }, expression: { pear: {} } }),
    );
    const { code, stderr } = await rig.run('chat', '--config', file, '--script', rig.file('none.txt', ''));
    expect(code).toBe(2);
    expect(stderr).toMatch(/conversation\.welcom.*welcome/);
    expect(stderr).toMatch(/expression\.pear.*peer/);
  });
});

describe('submodule', () => {
  it(
    'C1–C6, C12, C-t6: answers what MMDAgent-EX recognised by its own voice, one sentence after the other, with nothing else on standard output, and outlives an empty line',
    async () => {
      const rig = cliRig();
      const sub = rig.start('submodule', '--system-prompt', 'You are Gene.');
      let said = '';
      const spoken: string[] = [];
      let isTalking = false;
      let overlaps = 0;
      sub.child.stdout?.on('data', (data: Buffer) => {
        said += data.toString();
        const lines = said.split('\n');
        said = lines.pop() ?? '';
        for (const line of lines) {
          if (!line.startsWith('SYNTH_START|')) continue;
          spoken.push(line);
          if (isTalking) overlaps++;
          isTalking = true;
          sub.type('SYNTH_EVENT_START|0\n');
          setTimeout(() => {
            isTalking = false;
            sub.type('SYNTH_EVENT_STOP|0\n');
          }, 100);
        }
      });
      sub.type('MODEL_EVENT_ADD|0\n');
      await sub.says(/Replies: peer/);
      // An empty line ended the documentation's own sample.
      sub.type('\nRECOG_EVENT_STOP|Hello | there\n');
      await sub.says(/SYNTH_START\|0\|[^|\n]+\|[^|\n]+\n[\s\S]*SYNTH_START/);
      sub.child.stdin?.end();
      const { code, stdout } = await sub.ended;
      expect(code).toBe(0);
      expect(overlaps).toBe(0);
      for (const line of spoken) expect(line).toMatch(/^SYNTH_START\|0\|[^|]+\|[^|]+$/);
      for (const line of stdout.trim().split('\n')) expect(line).toMatch(/^[A-Z_]+(\|.*)?$/);
      await rig.close();
    },
    LIMIT_MS,
  );
});
