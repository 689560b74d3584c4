import { expect } from 'chai';
import { refusal } from '../../test-kit/accounts-for-tests.ts';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { forbidden, limitExceeded } from '../protocol/errors.ts';
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
  const twoStages = demandFor('two', [['m.login.registration_token', 'm.login.dummy']]);

  it('names the flows first, without an error for people to read', async () => {
    const auth = new InteractiveAuth(new ManualClock());
    const asked = await refusal(auth.require(demandFor('a'), undefined));
    expect(asked).to.have.all.keys('status', 'flows', 'params', 'session');
  });

  it('goes through a flow stage by stage', async () => {
    const auth = new InteractiveAuth(new ManualClock());
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
    const auth = new InteractiveAuth(new ManualClock());
    const demand = demandFor('a');
    const wrong = await refusal(auth.require(demand, { type: 'm.login.password', proof: 'bad' }));
    expect(wrong).to.include({ status: 401, errcode: 'M_FORBIDDEN', error: 'wrong proof' });
    const { session } = wrong;
    await auth.require(demand, { type: 'm.login.password', session, proof: 'right' });
  });

  it('passes on what is no wrong answer', async () => {
    const auth = new InteractiveAuth(new ManualClock());
    const flood = await refusal(auth.require(demandFor('a'), { type: 'm.login.password', proof: 'flood' }));
    expect(flood).to.include({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
  });

  it('refuses a stage that is not offered', async () => {
    const auth = new InteractiveAuth(new ManualClock());
    for (const type of ['m.login.dummy', 'nonsense', 7, null]) {
      const refused = await refusal(auth.require(demandFor('a'), { type, proof: 'right' }));
      expect(refused).to.include({ status: 401, errcode: 'M_UNRECOGNIZED' });
    }
  });

  it('counts stages for no other operation', async () => {
    const auth = new InteractiveAuth(new ManualClock());
    const demand = demandFor('delete A');
    const { id } = await auth.require(demand, { type: 'm.login.password', proof: 'right' });
    const asked = await refusal(auth.require(demandFor('delete B'), { session: id }));
    expect(asked.session).not.to.equal(id);
    expect((await auth.require(demand, { session: id })).id).to.equal(id);
  });

  it('forgets a session when it is finished, and after a quarter of an hour', async () => {
    const clock = new ManualClock();
    const auth = new InteractiveAuth(clock);
    const demand = demandFor('a');
    const first = await auth.require(demand, { type: 'm.login.password', proof: 'right' });
    auth.finish(first);
    expect((await refusal(auth.require(demand, { session: first.id }))).status).to.equal(401);
    const second = await auth.require(demand, { type: 'm.login.password', proof: 'right' });
    await clock.advance(15 * 60_000);
    expect((await refusal(auth.require(demand, { session: second.id }))).status).to.equal(401);
  });

  it('holds no more than ten thousand sessions', async () => {
    const auth = new InteractiveAuth(new ManualClock());
    const demand = demandFor('a');
    const first = await auth.require(demand, { type: 'm.login.password', proof: 'right' });
    for (let count = 0; count < 10_000; count++) await refusal(auth.require(demand, undefined));
    expect((await refusal(auth.require(demand, { session: first.id }))).session).not.to.equal(first.id);
  });
});
