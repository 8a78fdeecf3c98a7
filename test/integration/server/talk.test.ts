import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, RequestError } from '../../../src/runtime/index.js';
import type {
  TalkerPort,
  TalkPicture,
  TalkPlace,
  TalkQuestion,
  TellTalk,
} from '../../../src/server/index.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { type Answer, type Ask, ask } from './ask.js';
import { type PageRig, startPageRig } from './page-rig.js';

const JPEG = 'data:image/jpeg;base64,/9j/4AAQSkZJRg==';
const OWN = { 'x-bridge-request': '1' };

const TURN = { event: 'turn', talk: 't', turn: 1, by: 'typed', pictures: 0 } as const;

interface Asked {
  readonly place: TalkPlace;
  readonly question: TalkQuestion;
  readonly tell: TellTalk;
  readonly end: (error?: Error) => void;
}

/** Says nothing until it is told what becomes of a question. */
class HeldTalker implements TalkerPort {
  readonly asked: Asked[] = [];
  readonly calls: unknown[] = [];
  readonly watching = new Set<{ readonly place: TalkPlace; readonly tell: TellTalk }>();
  readonly #sessions = new Set<string>();
  knows(session: string): boolean {
    return this.#sessions.has(session);
  }
  said(place: TalkPlace) {
    this.calls.push(['said', place]);
    return [{ turn: 1, role: 'user' as const, text: 'Hi', outcome: 'open' as const }];
  }
  watch(place: TalkPlace, tell: TellTalk): () => void {
    const one = { place, tell };
    this.#sessions.add(place.session);
    this.watching.add(one);
    tell({ event: 'state', talk: undefined, phase: 'idle', credits: [], said: [] });
    return () => this.watching.delete(one);
  }
  ask(place: TalkPlace, question: TalkQuestion, tell: TellTalk): Promise<void> {
    this.#sessions.add(place.session);
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.asked.push({ place, question, tell, end });
    });
  }
  stop(place: TalkPlace): void {
    this.calls.push(['stop', place]);
  }
  give(place: TalkPlace, picture: TalkPicture): void {
    if (picture.id === 'late') throw new RequestError('BRIDGE_ERR_VISION', 'Nobody waits');
    this.calls.push(['give', place, picture]);
  }
  async forget(place: TalkPlace): Promise<void> {
    this.calls.push(['forget', place]);
    this.#sessions.delete(place.session);
  }
}

describe('Conversations of pages', () => {
  let rig: PageRig;
  let talker: HeldTalker;
  beforeEach(async () => {
    talker = new HeldTalker();
    rig = await startPageRig({ talker, uploadIdleMs: 300 });
  });
  afterEach(async () => {
    for (const { end } of talker.asked) end();
    await rig.close();
  });

  const post = (path: string, body: unknown, how: Ask = {}): Promise<Answer> =>
    ask(rig.origin, path, {
      method: 'POST',
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      ...how,
    });
  const asked = async (count = 1): Promise<Asked> => {
    await expect.poll(() => talker.asked.length, { timeout: 5000 }).toBe(count);
    return talker.asked[count - 1] as Asked;
  };
  const cookieOf = ({ headers }: Answer): string => (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  /** One whole turn. @returns its cookie. */
  const turn = async (): Promise<string> => {
    const answer = post('/api/talk', { text: 'Hi' });
    (await asked(talker.asked.length + 1)).end();
    return cookieOf(await answer);
  };

  it('are told line by line, and known by a cookie that neither scripts nor other sites get', async () => {
    const answer = post('/api/talk?lane=left', { text: 'Hi', image: JPEG });
    const { place, question, tell, end } = await asked();
    expect(place.lane).toBe('left');
    expect(question).toEqual({ text: 'Hi', image: JPEG });
    tell(TURN);
    tell({ event: 'chunk', turn: 1, text: '<b>Hello', cues: [{ name: 'face', value: 'joy' }] });
    end();
    const { status, headers, text } = await answer;
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('application/x-ndjson');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([TURN, { event: 'chunk', turn: 1, text: '<b>Hello', cues: [{ name: 'face', value: 'joy' }] }]);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^mmdagent-bridge-talk-\d+=[0-9a-f-]{36}; HttpOnly; SameSite=Strict$/);
    expect(cookie).toContain(place.session);
  });

  it.each(Object.entries(HOSTILE_TEXTS))('are one line each, whatever is said (%s)', async (_, said) => {
    const answer = post('/api/talk', { text: 'Hi' });
    const { tell, end } = await asked();
    const text = `${said}\n\ndata: {"event":"error"}\r\nevent: end\u2028\n{"event":"end"}\n`;
    const events = [TURN, { event: 'chunk', turn: 1, text, cues: [{ name: text, value: text }] }] as const;
    for (const event of events) tell(event);
    end();
    const got = await answer;
    expect(got.headers['x-content-type-options']).toBe('nosniff');
    // A half of a letter is an escape in JSON, and comes back as it was.
    expect(
      got.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });

  it.each(['../x', '..%2f..%2fx', '%00', 'a%00b', '%2e%2e', '__proto__', '%0d%0aSet-Cookie:%20a=b'])(
    'are no files: an avatar called %s, and a session of that name',
    async (name) => {
      const answer = post(`/api/talk?lane=${name}`, { text: 'Hi', id: decodeURIComponent(name) });
      const { place, end } = await asked();
      expect(place.lane).toBe(decodeURIComponent(name));
      expect(place.session).toMatch(/^[0-9a-f-]{36}$/);
      end();
      expect((await answer).headers['set-cookie']).toHaveLength(1);
      for (const path of [`/api/talk/x${name}`, `/api/talk%2f${name}`])
        expect((await ask(rig.origin, path, { headers: OWN })).status).toBeGreaterThanOrEqual(400);
    },
  );

  it('go on with the same session, and with another avatar by its own name', async () => {
    const cookie = await turn();
    const answer = post(
      '/api/talk?lane=right',
      { text: 'More' },
      { headers: { cookie: `a=b; ${cookie}; c=d` } },
    );
    const second = await asked(2);
    expect(second.place).toEqual({ session: talker.asked[0]?.place.session, lane: 'right' });
    second.end();
    expect((await answer).headers['set-cookie']).toBeUndefined();
  });

  it('open nothing for a session that this server did not give out, or has forgotten', async () => {
    const name = (await turn()).split('=')[0] ?? '';
    for (const session of ['00000000-0000-4000-8000-000000000000', '', '../x']) {
      const headers = { ...OWN, cookie: `${name}=${session}` };
      expect((await ask(rig.origin, '/api/talk', { headers })).json).toEqual({ said: [] });
    }
    const answer = post('/api/talk', { text: 'Hi' }, { headers: { cookie: `${name}=mine` } });
    const { place, end } = await asked(2);
    expect(place.session).not.toBe('mine');
    end();
    await answer;
  });

  it('tell what was said, to no other site', async () => {
    const cookie = await turn();
    const answer = await ask(rig.origin, '/api/talk', { headers: { ...OWN, cookie } });
    expect(answer.json).toEqual({ said: [{ turn: 1, role: 'user', text: 'Hi', outcome: 'open' }] });
    for (const headers of [{ cookie }, { cookie, 'sec-fetch-site': 'cross-site' }] as Record<
      string,
      string
    >[])
      expect((await ask(rig.origin, '/api/talk', { headers })).status).toBe(403);
  });

  it('go on when their reader goes away, who is not written to any more', async () => {
    const sent = request(`${rig.origin}/api/talk`, {
      method: 'POST',
      headers: { origin: rig.origin },
      agent: false,
    });
    sent.on('error', () => {});
    sent.end('{"text":"Hi"}');
    const { tell, end } = await asked();
    expect(tell(TURN)).toBe(true);
    sent.destroy();
    await expect
      .poll(() => tell({ event: 'heard', turn: 1, from: 0, text: 'a' }), { timeout: 5000 })
      .toBe(false);
    expect(talker.calls).toEqual([]);
    end();
  });

  it.each([
    [new ConfigError('BRIDGE_ERR_CONFIG_INVALID', 'tools.x: no'), 500],
    [new ConfigError('BRIDGE_ERR_LLM_ENGINE', 'none'), 503],
    [new RequestError('BRIDGE_ERR_TURN_REFUSED', 'closed'), 409],
    [new RequestError('BRIDGE_ERR_QUEUE_FULL', '16', { retryable: true }), 503],
  ])('that fail before anything was told are answered with %s', async (error, status) => {
    const answer = post('/api/talk', { text: 'Hi' });
    (await asked()).end(error);
    expect(await answer).toMatchObject({
      status,
      json: { error: { code: error.code, message: error.message } },
    });
  });

  it('that fail later say so in their last line', async () => {
    const answer = post('/api/talk', { text: 'Hi' });
    const { tell, end } = await asked();
    tell(TURN);
    end(new RequestError('BRIDGE_ERR_TURN_REFUSED', 'gone'));
    expect(JSON.parse((await answer).text.trim().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'error',
      code: 'BRIDGE_ERR_TURN_REFUSED',
      message: 'gone',
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'text=Hi'],
    ['a list', '["Hi"]'],
    ['no text', '{"image":"data:image/png;base64,iVBORw0KGgo="}'],
    ['a text of another kind', '{"text":1}'],
    ['blanks', '{"text":" \\n"}'],
    ['a name of another kind', '{"text":"Hi","id":1}'],
    ['a name that is too long', `{"text":"Hi","id":"${'a'.repeat(65)}"}`],
    ['an image of another kind', '{"text":"Hi","image":1}'],
    ['an address in place of a picture', '{"text":"Hi","image":"https://a.example/x.png"}'],
    ['a file of this machine', '{"text":"Hi","image":"file:///etc/passwd"}'],
    ['something else as data', '{"text":"Hi","image":"data:text/html;base64,PGI+"}'],
    ['bytes that are no picture', '{"text":"Hi","image":"data:image/png;base64,PGI+PGI+"}'],
    ['a picture with more behind it', '{"text":"Hi","image":"data:image/png;base64,iVBORw0KGgo=,x"}'],
  ])('are refused for %s', async (_, body) => {
    expect((await post('/api/talk', body)).status).toBe(400);
    expect(talker.asked).toEqual([]);
  });

  it('are refused when they are too long', async () => {
    expect((await post('/api/talk', { text: 'a'.repeat(10_001) })).status).toBe(413);
    const image = `data:image/jpeg;base64,/9j/${'A'.repeat(5_600_000)}`;
    expect((await post('/api/talk', { text: 'Hi', image })).status).toBe(413);
    expect(talker.asked).toEqual([]);
  });

  it('give up a body of which nothing more comes', async () => {
    const ended = new Promise((resolve) => {
      const sent = request(`${rig.origin}/api/talk`, {
        method: 'POST',
        headers: { origin: rig.origin },
        agent: false,
      });
      sent.on('error', resolve);
      sent.on('response', resolve);
      sent.write('{"text":');
    });
    await ended;
    expect(talker.asked).toEqual([]);
  });

  it.each(['/api/talk', '/api/talk/stop', '/api/talk/picture', '/api/talk/forget'])(
    'take %s from no other site',
    async (path) => {
      const cookie = await turn();
      const before = talker.asked.length;
      for (const origin of ['http://evil.example', 'null'])
        expect(
          (await post(path, { text: 'Hi', id: '1', refused: '' }, { headers: { origin, cookie } })).status,
        ).toBe(403);
      expect(talker.asked).toHaveLength(before);
      expect(talker.calls).toEqual([]);
    },
  );

  it('are stopped and forgotten, each its own', async () => {
    const cookie = await turn();
    const place = talker.asked[0]?.place;
    expect((await post('/api/talk/stop', '')).status).toBe(200);
    expect(talker.calls).toEqual([]);
    await post('/api/talk/stop', '', { headers: { cookie } });
    await post('/api/talk/forget', '', { headers: { cookie } });
    expect(talker.calls).toEqual([
      ['stop', place],
      ['forget', place],
    ]);
    expect((await ask(rig.origin, '/api/talk', { headers: { ...OWN, cookie } })).json).toEqual({ said: [] });
  });

  it('are given the pictures that they wait for', async () => {
    const cookie = await turn();
    const headers = { cookie };
    expect((await post('/api/talk/picture', { id: 'a', image: JPEG }, { headers })).status).toBe(200);
    expect((await post('/api/talk/picture', { id: 'b', refused: 'x'.repeat(900) }, { headers })).status).toBe(
      200,
    );
    expect(talker.calls).toEqual([
      ['give', talker.asked[0]?.place, { id: 'a', image: JPEG }],
      ['give', talker.asked[0]?.place, { id: 'b', refused: 'x'.repeat(500) }],
    ]);
    for (const body of [
      {},
      { id: 'a' },
      { id: '', refused: '' },
      { id: 'a', image: JPEG, refused: '' },
      { id: 'a', image: 'x' },
    ])
      expect((await post('/api/talk/picture', body, { headers })).status).toBe(400);
    expect(await post('/api/talk/picture', { id: 'late', image: JPEG }, { headers })).toMatchObject({
      status: 404,
      json: { error: { code: 'BRIDGE_ERR_VISION' } },
    });
    expect((await post('/api/talk/picture', { id: 'a', image: JPEG })).status).toBe(404);
  });

  it('are 32 turns at a time at most', async () => {
    const answers = Array.from({ length: 32 }, async (_, at) => {
      // At most eight bodies are read at a time.
      await expect
        .poll(() => talker.asked.length, { timeout: 10_000, interval: 2 })
        .toBeGreaterThanOrEqual(at - 4);
      return post('/api/talk', { text: 'Hi' });
    });
    await asked(32);
    expect(await post('/api/talk', { text: 'One more' })).toMatchObject({
      status: 503,
      json: { error: { code: 'BRIDGE_ERR_QUEUE_FULL' } },
    });
    for (const { end } of talker.asked) end();
    expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true);
  });

  it('are not there where nobody converses', async () => {
    const plain = await startPageRig();
    const answer = await ask(plain.origin, '/api/talk', {
      method: 'POST',
      body: Buffer.from('{"text":"a"}'),
    });
    expect(answer.status).toBe(404);
    await plain.close();
  });
});

describe('Metrics of the page server', () => {
  it('are those of the daemon and of the app', async () => {
    const rig = await startPageRig({
      moreMetrics: async () => '# TYPE bridge_turns_total counter\nbridge_turns_total 3\n',
    });
    const { status, text } = await ask(rig.origin, '/metrics');
    expect(status).toBe(200);
    expect(text).toContain('bridge_clients ');
    expect(text).toMatch(/\n# TYPE bridge_turns_total counter\nbridge_turns_total 3\n$/);
    expect(text).not.toContain('\n\n# TYPE bridge_turns_total');
    await rig.close();
  });
});
