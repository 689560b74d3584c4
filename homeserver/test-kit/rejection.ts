/** What a promise rejects with; fails if it does not. For `expect(await rejection(...)).to.include({ errcode })`. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('the promise was expected to reject');
}
