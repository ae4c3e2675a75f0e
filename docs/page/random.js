"use strict";
/* Random numbers as torch's CPU generator draws them, so that a seed means here what it means there. */
(function (page) {
  const LENGTH = 624, SHIFT = 397; // of the Mersenne Twister MT19937

  class Generator {
    /** A generator as after `torch.Generator().manual_seed(seed)`; seed is a whole number or a BigInt. */
    constructor(seed) {
      this.state = new Uint32Array(LENGTH);
      this.state[0] = Number(BigInt.asUintN(32, BigInt(seed))); // torch takes the low 32 bits
      for (let i = 1; i < LENGTH; i++) {
        const before = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
        this.state[i] = Math.imul(1812433253, before) + i;
      }
      this.next = LENGTH;
    }

    /** Return a whole number from 0 to 2**32 - 1. */
    random() {
      if (this.next === LENGTH) this._renew();
      let y = this.state[this.next++];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      return (y ^ (y >>> 18)) >>> 0;
    }

    /** Fill an array as `tensor.uniform_(-bound, bound)` fills a float32 tensor: 24 random bits a value. */
    uniform(array, bound) {
      const from = Math.fround(-bound), range = Math.fround(Math.fround(bound) - from);
      for (let i = 0; i < array.length; i++) {
        const x = (this.random() & 0xffffff) / 0x1000000;
        array[i] = Math.fround(x * range + from); // rounded once, as torch's multiply-add does
      }
    }

    /** Return 0 ... n - 1 in the order of `torch.randperm(n, generator=...)`. */
    randperm(n) {
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = 0; i < n - 1; i++) {
        const j = i + (this.random() % (n - i));
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    }

    _renew() {
      const { state } = this;
      for (let i = 0; i < LENGTH; i++) {
        const y = (state[i] & 0x80000000) | (state[(i + 1) % LENGTH] & 0x7fffffff);
        state[i] = state[(i + SHIFT) % LENGTH] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.next = 0;
    }
  }

  page.Generator = Generator;
})((globalThis.rnnlabPage = globalThis.rnnlabPage || {}));
