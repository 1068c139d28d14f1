import { MemoryTokens, VultusClient } from '@vultus/client';
import express from 'express';

import { answerProblem } from './problems.js';
import { requireUser } from './require-user.js';

const VULTUS_URL = process.env['VULTUS_URL'] ?? 'http://localhost:8080';
const PORT = Number(process.env['PORT'] ?? 3000);

const app = express();
app.disable('x-powered-by');

app.get('/private', requireUser(VULTUS_URL), (_request, response) => {
  response.set('cache-control', 'no-store').json({ message: `Hello, ${response.locals['user'].email}.` });
});

/** A form with `email` and `password`. Answers what comes next: nothing more, or a second factor. */
app.post('/sign-in', express.urlencoded({ extended: false }), async (request, response) => {
  const { email = '', password = '' } = request.body ?? {};
  const tokens = new MemoryTokens();
  const client = new VultusClient({ serverUrl: VULTUS_URL, tokens });
  const { outcome } = await client.signIn({ email: String(email), password: String(password) });
  response.set('cache-control', 'no-store');
  if (outcome === 'signed_in') {
    response.json({ next: 'private', token: tokens.get('authorization') });
    return;
  }
  const { methods, expires_at } = await client.verificationMethods();
  response.json({
    next: 'verification',
    methods,
    expires_at,
    verification_token: tokens.get('verification'),
  });
});

app.use(answerProblem);

const server = app.listen(PORT, 'localhost', (error) => {
  if (error) throw error;
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : PORT;
  process.stdout.write(`http://localhost:${port}/private is only for who is signed in at ${VULTUS_URL}\n`);
});
