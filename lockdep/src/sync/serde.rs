//! As serde has it for the locks of the standard library: a lock is its data, and one that is poisoned is an error.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Mutex, RwLock};

macro_rules! as_its_data {
    ($Lock:ident, $lock:ident) => {
        impl<T: Serialize + ?Sized> Serialize for $Lock<T> {
            #[track_caller]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.$lock() {
                    Ok(data) => data.serialize(serializer),
                    Err(_) => Err(S::Error::custom("lock poison error while serializing")),
                }
            }
        }

        impl<'de, T: Deserialize<'de>> Deserialize<'de> for $Lock<T> {
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

as_its_data!(Mutex, lock);
as_its_data!(RwLock, read);
