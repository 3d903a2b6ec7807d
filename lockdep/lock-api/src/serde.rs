//! A lock is its data. Reading it takes the lock.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{GetThreadId, Mutex, RawMutex, RawRwLock, ReentrantMutex, RwLock};

macro_rules! as_its_data {
    (<$($param:ident: $Bound:path),*> $Lock:ident, $lock:ident) => {
        impl<$($param: $Bound,)* T: Serialize + ?Sized> Serialize for $Lock<$($param,)* T> {
            #[track_caller]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.$lock().serialize(serializer)
            }
        }

        impl<'de, $($param: $Bound,)* T: Deserialize<'de>> Deserialize<'de> for $Lock<$($param,)* T> {
            #[track_caller]
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Not a closure: it would be the construction site.
                match T::deserialize(deserializer) {
                    Ok(data) => Ok($Lock::new(data)),
                    Err(error) => Err(error),
                }
            }
        }
    };
}

as_its_data!(<R: RawMutex> Mutex, lock);
as_its_data!(<R: RawMutex, G: GetThreadId> ReentrantMutex, lock);
as_its_data!(<R: RawRwLock> RwLock, read);
