export const promisify = (call) => (...given) => new Promise((done, fail) => {
  call(...given, (error, value) => (error ? fail(error) : done(value)));
});

export const inherits = (type, base) => {
  Object.setPrototypeOf(type.prototype, base.prototype);
  Object.setPrototypeOf(type, base);
};

export default { promisify, inherits };
