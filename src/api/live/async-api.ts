import { z } from 'zod';

import { FRAME_HEADER_BYTES } from './frame-message.js';
import {
  errorMessageSchema,
  failedMessageSchema,
  guidanceMessageSchema,
  passedMessageSchema,
  rateMessageSchema,
  readyMessageSchema,
  stageMessageSchema,
  startMessageSchema,
  stopMessageSchema,
} from './live-messages.js';
import { LIVE_SUBPROTOCOL } from './live-socket-server.js';

interface Message {
  readonly summary: string;
  /** Null for a binary message. */
  readonly schema: z.ZodType | null;
  /** What a client sends may leave out what has a default. */
  readonly io: 'input' | 'output';
}

const FROM_CLIENT: Readonly<Record<string, Message>> = {
  start: {
    summary: 'Begins the session, and says what the person can do.',
    schema: startMessageSchema,
    io: 'input',
  },
  stop: { summary: 'Breaks the session off.', schema: stopMessageSchema, io: 'input' },
  frame: {
    summary:
      `One frame, binary: version 1 (1 byte), sequence (4, unsigned, big-endian), time of capture on the client's ` +
      `clock in milliseconds (4, likewise), nonce of the stage that it answers (8): ${FRAME_HEADER_BYTES} bytes, then a JPEG.`,
    schema: null,
    io: 'input',
  },
};

const FROM_SERVER: Readonly<Record<string, Message>> = {
  ready: {
    summary: 'The first message: what the client may send.',
    schema: readyMessageSchema,
    io: 'output',
  },
  stage: { summary: 'What to show and ask now.', schema: stageMessageSchema, io: 'output' },
  guidance: { summary: 'What one frame lacks.', schema: guidanceMessageSchema, io: 'output' },
  rate: { summary: 'How many frames a second to send from now on.', schema: rateMessageSchema, io: 'output' },
  error: {
    summary: 'A message was not understood; the session goes on.',
    schema: errorMessageSchema,
    io: 'output',
  },
  passed: {
    summary: 'The last message of a session that was passed.',
    schema: passedMessageSchema,
    io: 'output',
  },
  failed: { summary: 'The last message of any other session.', schema: failedMessageSchema, io: 'output' },
};

/** The AsyncAPI 3 document behind /asyncapi.json, made from the schemas that the messages are checked with. */
export function buildAsyncApiDocument(version: string): object {
  const messages = { ...FROM_CLIENT, ...FROM_SERVER };
  const refs = (channel: string, names: readonly string[]) =>
    names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }));
  const channel = (address: string, token: string) => ({
    address,
    description: `The ticket of ${token}, in the subprotocols \`${LIVE_SUBPROTOCOL}\` and \`vultus.ticket.\` + ticket.`,
    messages: Object.fromEntries(
      Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  });
  const operations = (name: string) => ({
    [`${name}Send`]: {
      action: 'receive',
      channel: { $ref: `#/channels/${name}` },
      summary: 'What a client sends.',
      messages: refs(name, Object.keys(FROM_CLIENT)),
    },
    [`${name}Hear`]: {
      action: 'send',
      channel: { $ref: `#/channels/${name}` },
      summary: 'What the server answers.',
      messages: refs(name, Object.keys(FROM_SERVER)),
    },
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Vultus live sessions',
      version,
      description:
        'The live check of a face. POST /user/live-verification/{id}/frames and its twin for enrolments carry the same messages without a socket.',
    },
    channels: {
      liveVerification: channel('/user/live-verification', 'POST /user/live-verification'),
      liveEnrolment: channel('/user/live-enrolment', 'POST /user/live-enrolment'),
    },
    operations: { ...operations('liveVerification'), ...operations('liveEnrolment') },
    components: {
      messages: Object.fromEntries(
        Object.entries(messages).map(([name, { summary, schema, io }]) => [
          name,
          schema
            ? {
                name,
                summary,
                contentType: 'application/json',
                payload: z.toJSONSchema(schema, { target: 'draft-7', io }),
              }
            : {
                name,
                summary,
                contentType: 'application/octet-stream',
                payload: { type: 'string', format: 'binary' },
              },
        ]),
      ),
    },
  };
}
