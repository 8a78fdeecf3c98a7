import { z } from 'zod';
import { type Comments, MAX_COMMENTS_AT_ONCE } from '../../comments/index.js';
import { answerJson } from '../../server/index.js';
import type { AvatarRights } from '../avatar-port.js';
import { type Route, route } from './route.js';

const BODY_BYTES = 1024 * 1024;
const comment = z.looseObject({
  text: z.string().max(20_000).optional(),
  author: z.union([z.string(), z.looseObject({ name: z.string().optional() })]).optional(),
});

/** Comments of a live stream, from a program that has them: an operator's, or one that may speak on avatars. */
export function commentRoutes(comments: Pick<Comments, 'submit'>, rights: AvatarRights): readonly Route[] {
  return [
    route({
      ...{ method: 'POST', path: '/comments', need: 'client', name: 'submitComments' },
      summary: 'One comment of a live stream, or up to 200: each waits for its turn',
      body: {
        json: z.union([comment, z.array(comment).min(1).max(MAX_COMMENTS_AT_ONCE)]),
        maxBytes: BODY_BYTES,
      },
      answer: {
        status: 200,
        description: 'Those that were taken',
        json: z.object({ comments: z.array(z.object({ id: z.string(), text: z.string() })) }),
      },
      handle: ({ response, caller }, { body }) => {
        // An avatar answers them: who may not speak on any may not have one answer strangers either.
        rights.speaking(caller);
        const taken = comments.submit(body).map(({ id, text }) => ({ id, text }));
        answerJson(response, 200, { comments: taken });
      },
    }),
  ];
}
