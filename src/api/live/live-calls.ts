import type { LiveMessage, LiveSession } from '../../auth/live-session.js';
import type { LivePurpose } from '../../auth/live-tickets.js';
import { Problem } from '../problems.js';
import { LiveConversation } from './live-conversation.js';
import { type LiveForm, MAX_FRAMES_A_CALL } from './live-form.js';
import { wireMessage } from './live-messages.js';
import type { LiveSessions } from './live-sessions.js';

/** Messages that wait for the client's next call; a client that does not call does not make us remember more. */
const MAX_UNREAD = 64;
/** How long the result of a session is kept for a client whose last call was lost. */
const KEEP_RESULT_MS = 15_000;

type Ticket = Awaited<ReturnType<LiveSessions['readTicket']>>;

/** What the client has not been answered yet, and the result for as long as it may be asked for again. */
interface Mailbox {
  readonly unread: object[];
  result: object | null;
}

interface OpenCall {
  readonly session: LiveSession;
  readonly conversation: LiveConversation;
  readonly mailbox: Mailbox;
}

/** Live sessions over plain calls, for networks in which sockets do not get through: the same sessions, polled. */
export class LiveCalls {
  readonly #calls = new Map<string, OpenCall>();
  readonly #underWay = new Set<string>();

  constructor(private readonly sessions: LiveSessions) {}

  /**
   * The first call with a ticket opens its session; each one answers what has been said since the last.
   *
   * @param id as answered beside the ticket
   * @throws AuthError `invalid_token`; Problem `live_session_not_found`, `busy`, `not_found`
   */
  async exchange(
    purpose: LivePurpose,
    id: string,
    credential: string,
    requestId: string,
    readForm: () => Promise<LiveForm>,
  ): Promise<readonly object[]> {
    this.sessions.requireOffered();
    const ticket = await this.sessions.readTicket(credential, purpose);
    if (ticket.id !== id) throw new Problem('live_session_not_found');
    // One call at a time, and none that cannot lead to anything: both before a byte of the body is read.
    if (this.#underWay.has(id)) throw new Problem('busy', { retryAfterSeconds: 1 });
    if (!this.#calls.has(id)) this.sessions.requireOpenable(ticket);
    this.#underWay.add(id);
    try {
      return await this.#exchange(ticket, requestId, await readForm());
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #exchange(ticket: Ticket, requestId: string, form: LiveForm): Promise<readonly object[]> {
    const call = this.#calls.get(ticket.id) ?? (await this.#open(ticket, requestId));
    if (!call.session.ended) {
      for (const message of form.messages) this.#goOn(call, call.conversation.text(message));
      for (const frame of form.frames) this.#goOn(call, call.conversation.binary(frame));
      await call.session.drained();
    }
    const { unread, result } = call.mailbox;
    const said = unread.splice(0);
    // The answer that had the result may have been lost on its way.
    return said.length === 0 && result ? [result] : said;
  }

  async #open(ticket: Ticket, requestId: string): Promise<OpenCall> {
    const mailbox: Mailbox = { unread: [], result: null };
    const hear = (message: object): void => {
      mailbox.unread.push(message);
      if (mailbox.unread.length > MAX_UNREAD) mailbox.unread.shift();
    };
    const session = await this.sessions.open(ticket, {
      name: 'http',
      maxWaiting: MAX_FRAMES_A_CALL,
      requestId,
      onMessage: (message: LiveMessage) => {
        const said = wireMessage(message, requestId);
        hear(said);
        if (message.type !== 'result') return;
        mailbox.result = said;
        this.#forgetLater(ticket.id);
      },
    });
    const call: OpenCall = { session, conversation: new LiveConversation(session, hear), mailbox };
    this.#calls.set(ticket.id, call);
    call.conversation.welcome(ticket.id);
    return call;
  }

  #goOn({ session }: OpenCall, mayGoOn: boolean): void {
    if (!mayGoOn) session.interrupt('protocol_violated');
  }

  #forgetLater(id: string): void {
    setTimeout(() => this.#calls.delete(id), KEEP_RESULT_MS).unref();
  }
}
