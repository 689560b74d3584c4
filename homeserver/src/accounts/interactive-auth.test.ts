import { expect } from 'chai';
import { refusal } from '../../test-kit/accounts-for-tests.ts';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { forbidden, limitExceeded } from '../protocol/errors.ts';
import { AccountSecret } from './account-secret.ts';
import { type AuthDemand, InteractiveAuth } from './interactive-auth.ts';

function demandFor(operation: string, flows: AuthDemand['flows'] = [['m.login.password']]): AuthDemand {
  return {
    operation,
    flows,
    check: async (stage, answer) => {
      if (answer.proof === 'flood') throw limitExceeded(1_000);
      if (answer.proof !== 'right') throw forbidden('wrong proof');
      return `proof of ${stage}`;
    },
  };
}

describe('user-interactive authentication', () => {
  let opened: TestStorage;
  before(async () => {
    opened = await openTestStorage();
  });
  after(() => opened.close());

  /** Another one each time: as in another process on the same database. */
  const open = (clock = new ManualClock()) =>
    new InteractiveAuth(opened.storage, clock, new AccountSecret(opened.storage));
  const twoStages = demandFor('two', [['m.login.registration_token', 'm.login.dummy']]);

  it('names the flows first, without an error for people to read', async () => {
    const auth = open();
    const asked = await refusal(auth.require(demandFor('a'), undefined));
    expect(asked).to.have.all.keys('status', 'flows', 'params', 'session');
  });

  it('goes through a flow stage by stage', async () => {
    const auth = open();
    const { session } = await refusal(auth.require(twoStages, { type: 'm.login.dummy', proof: 'right' }));
    const asked = await refusal(auth.require(twoStages, { session }));
    expect(asked).to.deep.include({ session, completed: ['m.login.dummy'] });
    const proof = await auth.require(twoStages, {
      type: 'm.login.registration_token',
      session,
      proof: 'right',
    });
    expect(proof.completed.get('m.login.registration_token')).to.equal('proof of m.login.registration_token');
  });

  it('says why an answer was wrong and lets the client try again in the session', async () => {
    const auth = open();
    const demand = demandFor('a');
    const wrong = await refusal(auth.require(demand, { type: 'm.login.password', proof: 'bad' }));
    expect(wrong).to.include({ status: 401, errcode: 'M_FORBIDDEN', error: 'wrong proof' });
    const { session } = wrong;
    await auth.require(demand, { type: 'm.login.password', session, proof: 'right' });
  });

  it('passes on what is no wrong answer', async () => {
    const auth = open();
    const flood = await refusal(auth.require(demandFor('a'), { type: 'm.login.password', proof: 'flood' }));
    expect(flood).to.include({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
  });

  it('refuses a stage that is not offered', async () => {
    const auth = open();
    for (const type of ['m.login.dummy', 'nonsense', 7, null]) {
      const refused = await refusal(auth.require(demandFor('a'), { type, proof: 'right' }));
      expect(refused).to.include({ status: 401, errcode: 'M_UNRECOGNIZED' });
    }
  });

  it('remembers a stage in every process, and counts it for no other operation', async () => {
    const { session } = await refusal(open().require(twoStages, { type: 'm.login.dummy', proof: 'right' }));
    const again = await refusal(open().require(twoStages, { session }));
    expect(again).to.deep.include({ session, completed: ['m.login.dummy'] });
    const other = demandFor('another', twoStages.flows);
    const asked = await refusal(open().require(other, { session }));
    expect(asked.session).not.to.equal(session);
    expect(asked).not.to.have.property('completed');
  });

  it('takes no session that it has not given out', async () => {
    const { session } = await refusal(open().require(twoStages, undefined));
    const [random, expires, operation, signature] = String(session).split('.');
    const later = `${random}.${(Number.parseInt(expires ?? '', 36) + 1).toString(36)}.${operation}.${signature}`;
    for (const forged of [later, `${random}.${expires}.${operation}.x`, 'x', '....', '']) {
      expect(await open().isOpen(forged), forged).to.equal(false);
      expect(await open().complete(forged, 'm.login.dummy', '')).to.equal(false);
      expect((await refusal(open().require(twoStages, { session: forged }))).session).not.to.equal(forged);
    }
    expect(await open().isOpen(String(session))).to.equal(true);
  });

  it('takes stages that were completed on a page', async () => {
    const { session } = await refusal(open().require(twoStages, undefined));
    expect(await open().complete(String(session), 'm.login.registration_token', 'abc')).to.equal(true);
    const proof = await open().require(twoStages, { type: 'm.login.dummy', session, proof: 'right' });
    expect(proof.completed.get('m.login.registration_token')).to.equal('abc');
  });

  it('forgets what was shown when a session is finished, and after a quarter of an hour', async () => {
    const clock = new ManualClock();
    const auth = open(clock);
    const first = { type: 'm.login.dummy', proof: 'right' };
    const second = { type: 'm.login.registration_token', proof: 'right' };
    const { session } = await refusal(auth.require(twoStages, first));
    await auth.finish(await auth.require(twoStages, { ...second, session }));
    expect(await refusal(auth.require(twoStages, { session }))).not.to.have.property('completed');
    const { session: other } = await refusal(auth.require(twoStages, first));
    await clock.advance(15 * 60_000);
    expect(await refusal(auth.require(twoStages, { ...second, session: other }))).to.deep.include({
      completed: ['m.login.registration_token'],
    });
  });

  it('takes a stage back', async () => {
    const auth = open();
    const { session } = await refusal(auth.require(twoStages, { type: 'm.login.dummy', proof: 'right' }));
    const proof = await auth.require(twoStages, {
      type: 'm.login.registration_token',
      session,
      proof: 'right',
    });
    const error = await auth.revoke(twoStages, proof, 'm.login.registration_token', forbidden('spent'));
    expect(error.toJSON()).to.deep.include({ session, completed: ['m.login.dummy'], error: 'spent' });
  });
});
