import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it(
    'says in JSON that it is ready, first of all, and what could not be done',
    async () => {
      const file = rig.file('ready.txt', '/wait soon\n/latency\n');
      const { code, stdout } = await rig.run(
        ...['chat', '--json', '--script', file, '--topology', 'text', '--llm', 'offline'],
      );
      const events = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as ChatEvent);
      const [ready, ...others] = events.filter(({ event }) => event !== 'told');
      expect(ready).toEqual({
        ...{ event: 'ready', session: null, topology: 'text', microphone: false },
        engines: { thinks: 'offline (demonstration)', speaks: null, hears: null },
      });
      expect(others).toMatchObject([
        { event: 'error', stage: 'line', code: 'BRIDGE_ERR_USAGE' },
        { event: 'latency', stages: [] },
      ]);
      expect(code).toBe(1);
    },
    LIMIT_MS,
  );

  it(
    'tells what is wrong before it starts anything',
    async () => {
      const own = cliRig();
      own.env['OWN_KEY'] = 'sk-test';
      const script = own.file('none.txt', '');
      const realtime = own.file(
        'realtime.json',
        JSON.stringify({ llmEngines: { rt: { type: 'openai-realtime', apiKey: '\u0024{OWN_KEY}' } } }),
      );
      const wrong: readonly (readonly [RegExp, ...string[]])[] = [
        [/got "nosuch"/, '--llm', 'nosuch'],
        [/openai is not set up: set OPENAI_API_KEY/, '--llm', 'openai'],
        [/Expected topology stream or local/, '--llm', 'rt', '--topology', 'peer', '--config', realtime],
        [/systemPromptFile.*nowhere\.txt/, '--system-prompt-file', 'nowhere.txt'],
      ];
      for (const [told, ...args] of wrong) {
        const { code, stderr } = await own.run('chat', '--script', script, ...args);
        expect(stderr).toMatch(told);
        expect(code).toBe(2);
      }
      const { code, stderr } = await own.run('submodule', '--llm', 'nosuch');
      expect(stderr).toMatch(/got "nosuch"/);
      expect(code).toBe(2);
      const place = join(own.directory, 'mmdagent-bridge');
      expect(existsSync(place) ? readdirSync(place) : []).toEqual([]);
      await own.close();
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

describe.skipIf(process.platform === 'win32')('Ctrl-C in chat', () => {
  /** An MCP server that says nothing and minds no one. */
  const STUBBORN = `
    require('node:fs').writeFileSync(process.argv[1], String(process.pid));
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    process.stdin.resume();
  `;

  function stubborn() {
    const rig = cliRig();
    const pidFile = join(rig.directory, 'server.pid');
    const server = { command: process.execPath, args: ['-e', STUBBORN, pidFile] };
    const config = rig.file('mcp.json', JSON.stringify({ tools: { mcp: { stubborn: server } } }));
    const started = async (): Promise<number> => {
      for (;;) {
        const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
        if (pid > 0) return pid;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    return { rig, started, chat: rig.start('chat', '--topology', 'text', '--config', config) };
  }

  async function isGone(pid: number): Promise<boolean> {
    for (let tries = 0; tries < 100; tries++) {
      try {
        process.kill(pid, 0);
      } catch {
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  it(
    'while it is being opened gives up, and leaves no program behind',
    async () => {
      // There is no avatar, and it is waited for a moment.
      const { rig, started, chat } = stubborn();
      const pid = await started();
      chat.child.kill('SIGINT');
      const { code, stdout } = await chat.ended;
      expect(code).toBe(130);
      expect(stdout).toBe('');
      expect(await isGone(pid)).toBe(true);
      await rig.close();
    },
    LIMIT_MS,
  );

  it(
    'leaves, and a second one waits for nothing',
    async () => {
      const { rig, started, chat } = stubborn();
      const pid = await started();
      await chat.says(/Replies: text/);
      chat.child.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(chat.child.exitCode).toBeNull();
      chat.child.kill('SIGINT');
      const { code } = await chat.ended;
      expect(code).toBe(130);
      expect(await isGone(pid)).toBe(true);
      await rig.close();
    },
    LIMIT_MS,
  );

  it(
    'ends a conversation in which nothing is under way, with a reply under way too',
    async () => {
      const rig = cliRig();
      for (const typed of ['', 'Tell me a long story.\n']) {
        const chat = rig.start('chat', '--topology', 'text', '--llm', 'offline');
        await chat.says(/Replies: text/);
        chat.type(typed);
        if (typed !== '') await chat.says(/avatar: /);
        chat.child.kill('SIGINT');
        expect((await chat.ended).code).toBe(130);
      }
      await rig.close();
    },
    LIMIT_MS,
  );
});

describe('submodule', () => {
  it(
    'answers what was recognised before the conversation was open',
    async () => {
      const rig = cliRig();
      const sub = rig.start('submodule', '--llm', 'offline');
      sub.type('MODEL_EVENT_ADD|0\nRECOG_EVENT_STOP|What is 2 plus 3?\n');
      await sub.says(/SYNTH_START\|0\|[^|\n]+\|[^|\n]*(?:5|five)/i);
      sub.child.stdin?.end();
      const { code } = await sub.ended;
      expect(code).toBe(0);
      await rig.close();
    },
    LIMIT_MS,
  );

  it(
    'ends with MMDAgent-EX, however early that ends',
    async () => {
      const rig = cliRig();
      const { code, stdout } = await rig.run('submodule', '--llm', 'offline');
      expect(code).toBe(0);
      expect(stdout).toBe('');
      await rig.close();
    },
    LIMIT_MS,
  );

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
