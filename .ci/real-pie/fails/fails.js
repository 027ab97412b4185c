// Says what it was about to do, then throws.
export const main = async function (input) {
  console.log('about to fail');
  throw new Error(input.message ?? 'failed on purpose');
};
