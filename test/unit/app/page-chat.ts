import type { TalkHooks } from '../../../src/app/talk.js';
import type { Chat } from '../../../src/chat/index.js';
import { BrowserFace } from '../../../src/expression/index.js';
import type { TalkEvent } from '../../../src/server/index.js';
import { type TalkOptions, talk } from '../../support/dialogue/talk.js';

/** A chat of scripted engines, with what a page needs of it, on a clock that moves when told. */
export function pageChat(options: TalkOptions = {}) {
  const looks: { hooks: TalkHooks | undefined } = { hooks: undefined };
  const eyes = {
    sources: ['camera', 'screenshot'],
    look: async (source: string, metadata: never, signal = new AbortController().signal) => {
      const url = await looks.hooks?.getImageUrl(source, metadata, signal);
      if (url === undefined) throw new Error('the programs of this machine were asked');
      return url;
    },
  };
  const scripted = talk({ ...options, ports: { eyes, ...options.ports } });
  const face = new BrowserFace(scripted.clock);
  const calls: string[] = [];
  const chat = {
    conversation: scripted.conversation,
    parts: {
      model: 'scripted (script-1)',
      isDemonstration: false,
      hears: undefined,
      topology: 'stream',
      topologyWhy: '',
    },
    face,
    usage: () => [
      {
        engine: 'scripted',
        requests: scripted.model.requests.length,
        retries: 0,
        failures: 0,
        inputTokens: 100 * scripted.model.requests.length,
        outputTokens: 10 * scripted.model.requests.length,
      },
    ],
    forget: async () => {
      calls.push('forget');
      scripted.conversation.forget();
    },
    close: async () => {
      calls.push('close');
      await scripted.conversation.close();
    },
  } as unknown as Chat;
  const open = async (hooks: TalkHooks): Promise<Chat> => {
    looks.hooks = hooks;
    return chat;
  };
  return { ...scripted, face, chat, open, calls, hooks: () => looks.hooks };
}

/** Events as a page reads them. */
export class Reader {
  readonly events: TalkEvent[] = [];
  isThere = true;

  readonly tell = (event: TalkEvent): boolean => {
    if (this.isThere) this.events.push(event);
    return this.isThere;
  };

  of<Name extends TalkEvent['event']>(name: Name): Extract<TalkEvent, { event: Name }>[] {
    return this.events.filter((event): event is Extract<TalkEvent, { event: Name }> => event.event === name);
  }
}
